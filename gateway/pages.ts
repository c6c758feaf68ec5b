/** What the edge answers besides calls: the documentation, and whether it is well. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { NodeRequest, NodeResponse } from "./transcoder/index.ts";

/** Answers a request for a page; false when the path is none of its own. */
export type Pages = (request: NodeRequest, response: NodeResponse) => Promise<boolean>;

/** What the pages show. */
export interface PagesOptions {
  readonly openapi: URL;
  /** Readiness by part, e.g. { ledger: true }. */
  readonly readiness: () => Promise<Readonly<Record<string, boolean>>>;
}

interface Page {
  readonly status: number;
  readonly type: string;
  readonly body: string | Uint8Array;
}

const require = createRequire(import.meta.url);
const swagger = (file: string) => readFileSync(require.resolve(`swagger-ui-dist/${file}`));

const VIEWER = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Malla</title>
<link rel="stylesheet" href="/docs/swagger-ui.css"></head>
<body><div id="viewer"></div>
<script src="/docs/swagger-ui-bundle.js"></script><script src="/docs/viewer.js"></script></body>
</html>
`;
const VIEWER_SCRIPT = `SwaggerUIBundle({ url: "/openapi.json", dom_id: "#viewer", deepLinking: true, persistAuthorization: true });\n`;

/** The viewer brings everything itself: nothing is loaded from elsewhere. */
const SECURITY_HEADERS = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
} as const;

/** Makes the pages; files are read once. */
export function createPages({ openapi, readiness }: PagesOptions): Pages {
  const html = "text/html; charset=utf-8";
  const script = "text/javascript; charset=utf-8";
  const fixed = new Map<string, Page>([
    ["/docs", { status: 200, type: html, body: VIEWER }],
    ["/docs/viewer.js", { status: 200, type: script, body: VIEWER_SCRIPT }],
    ["/docs/swagger-ui.css", { status: 200, type: "text/css; charset=utf-8", body: swagger("swagger-ui.css") }],
    ["/docs/swagger-ui-bundle.js", { status: 200, type: script, body: swagger("swagger-ui-bundle.js") }],
    ["/openapi.json", { status: 200, type: "application/json", body: readFileSync(openapi) }],
    ["/healthz", json(200, { status: "alive" })],
  ]);
  return async (request, response) => {
    const [path = ""] = (request.url ?? "").split("?");
    const page = fixed.get(path) ?? (path === "/readyz" ? await readyPage(readiness) : undefined);
    if (page === undefined || (request.method !== "GET" && request.method !== "HEAD")) {
      return false;
    }
    for (const [name, value] of Object.entries({ ...SECURITY_HEADERS, "content-type": page.type })) {
      response.setHeader(name, value);
    }
    response.writeHead(page.status);
    request.method === "HEAD" ? response.end() : response.end(Buffer.from(page.body));
    return true;
  };
}

async function readyPage(readiness: PagesOptions["readiness"]): Promise<Page> {
  const parts = await readiness();
  const ready = Object.values(parts).every((part) => part);
  return json(ready ? 200 : 503, { status: ready ? "ready" : "not ready", parts });
}

function json(status: number, value: unknown): Page {
  return { status, type: "application/json", body: `${JSON.stringify(value)}\n` };
}
