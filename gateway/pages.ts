/** What an edge answers besides calls: its documentation, and whether it is well. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { HttpPages, HttpResponse } from "./edge/http-handler.ts";

/** What the pages show. */
export interface PagesOptions {
  /** Name of what is documented. */
  readonly title: string;
  /** The OpenAPI document, JSON. */
  readonly openapi: string | Uint8Array;
  /** Readiness by part, e.g. { ledger: true }. */
  readonly readiness: () => Promise<Readonly<Record<string, boolean>>>;
}

interface Page {
  readonly status: number;
  readonly type: string;
  readonly body: Uint8Array;
}

const require = createRequire(import.meta.url);
const swagger = (file: string) => readFileSync(require.resolve(`swagger-ui-dist/${file}`));

const viewer = (title: string) => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title>
<link rel="stylesheet" href="/docs/swagger-ui.css"></head>
<body><div id="viewer"></div>
<script src="/docs/swagger-ui-bundle.js"></script><script src="/docs/viewer.js"></script></body>
</html>
`;
// The list of schemas is long, and each operation shows its own: it stays closed.
const VIEWER_SCRIPT = `SwaggerUIBundle({
  url: "/openapi.json", dom_id: "#viewer", deepLinking: true, persistAuthorization: true,
  defaultModelsExpandDepth: 0, displayRequestDuration: true,
});\n`;

/** The viewer brings everything itself: nothing is loaded from elsewhere. */
const SECURITY_HEADERS = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
} as const;

/** Makes the pages; files are read once. Gives undefined for any path that is none of its own. */
export function createPages({ title, openapi, readiness }: PagesOptions): HttpPages {
  const script = "text/javascript; charset=utf-8";
  const fixed = new Map<string, Page>([
    ["/docs", page("text/html; charset=utf-8", viewer(title))],
    ["/docs/viewer.js", page(script, VIEWER_SCRIPT)],
    ["/docs/swagger-ui.css", page("text/css; charset=utf-8", swagger("swagger-ui.css"))],
    ["/docs/swagger-ui-bundle.js", page(script, swagger("swagger-ui-bundle.js"))],
    ["/openapi.json", page("application/json", openapi)],
    ["/healthz", json(200, { status: "alive" })],
  ]);
  return ({ method, url }) => {
    const [path = ""] = url.split("?", 1);
    const isReadiness = path === "/readyz";
    const found = fixed.get(path);
    if ((found === undefined && !isReadiness) || (method !== "GET" && method !== "HEAD")) {
      return undefined;
    }
    return answer(method, found ?? readyPage(readiness));
  };
}

async function answer(method: string, asked: Page | Promise<Page>): Promise<HttpResponse> {
  const { status, type, body } = await asked;
  const header = new Headers({ ...SECURITY_HEADERS, "content-type": type, "content-length": String(body.length) });
  return method === "HEAD" ? { status, header } : { status, header, body };
}

async function readyPage(readiness: PagesOptions["readiness"]): Promise<Page> {
  const parts = await readiness();
  const ready = Object.values(parts).every((part) => part);
  return json(ready ? 200 : 503, { status: ready ? "ready" : "not ready", parts });
}

function json(status: number, value: unknown): Page {
  return { ...page("application/json", `${JSON.stringify(value)}\n`), status };
}

function page(type: string, body: string | Uint8Array): Page {
  return { status: 200, type, body: typeof body === "string" ? Buffer.from(body) : body };
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
