/** Serves the page from an origin of its own, with the packages it imports, and takes its results. */
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { stripTypeScriptTypes } from "node:module";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";

const root = resolve(import.meta.dirname, "../../../..");
const packages = ["@bufbuild/protobuf", "@connectrpc/connect", "@connectrpc/connect-web"];

/** A server of the page. */
export interface PageServer {
  readonly origin: string;
  /** What the page says; one page at a time. */
  results(): Promise<Readonly<Record<string, unknown>>>;
  stop(): void;
}

/** Starts it. @param descriptors path of a FileDescriptorSet, asked for when the page is shown */
export async function startPageServer(descriptors: () => string): Promise<PageServer> {
  const program = stripTypeScriptTypes(readFileSync(join(import.meta.dirname, "page.ts"), "utf8"));
  const html = `<!doctype html><meta charset="utf-8"><title>Probe</title><link rel="icon" href="data:,"><pre></pre>
<script type="importmap">${JSON.stringify({ imports: importsOf(packages) })}</script>
<script type="module">${program}</script>`;
  let told: (results: Record<string, unknown>) => void = () => {};

  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    results: () =>
      new Promise((done) => {
        told = done;
      }),
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    if (request.method === "POST") {
      told(JSON.parse(await text(request)) as Record<string, unknown>);
      response.end();
      return;
    }
    if (pathname === "/") {
      response.setHeader("content-type", "text/html").end(html);
      return;
    }
    if (pathname === "/descriptors") {
      response.setHeader("content-type", "application/octet-stream").end(readFileSync(descriptors()));
      return;
    }
    const file = join(root, pathname);
    if (!file.startsWith(join(root, "node_modules/")) || !file.endsWith(".js") || !existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    response.setHeader("content-type", "text/javascript").end(readFileSync(file));
  }
}

/** An import map of what the packages export to ES modules. */
function importsOf(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const folder = `node_modules/${name}`;
      const { exports } = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")) as {
        exports: Record<string, { import?: string }>;
      };
      return Object.entries(exports).flatMap(([entry, { import: file }]) =>
        file === undefined ? [] : [[`${name}${entry.slice(1)}`, `/${join(folder, file)}`]],
      );
    }),
  );
}
