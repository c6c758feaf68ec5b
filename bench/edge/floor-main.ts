/** A bare server of node:http or node:http2 that answers with what it was sent, as a process. */
import { createServer as createHttp1, type RequestListener } from "node:http";
import { createServer as createHttp2 } from "node:http2";

const ANSWER = Buffer.from("{}");
const echo: RequestListener = (request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const body = chunks.length === 0 ? ANSWER : Buffer.concat(chunks);
    response.setHeader("content-type", "application/json");
    response.setHeader("content-length", body.length);
    response.end(body);
  });
};

const isHttp2 = process.env["MALLA_BENCH_FLOOR"] === "http2";
const server = isHttp2 ? createHttp2() : createHttp1(echo);
if (isHttp2) {
  server.on("stream", (stream) => {
    const chunks: Buffer[] = [];
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.on("end", () => {
      stream.respond({ ":status": 200, "content-type": "application/json" });
      stream.end(Buffer.concat(chunks));
    });
    stream.on("error", () => stream.destroy());
  });
}
server.listen(0, "127.0.0.1", () => {
  const bound = server.address();
  process.send?.({ listen: `127.0.0.1:${typeof bound === "object" ? bound?.port : ""}` });
});
process.on("disconnect", () => process.exit(0));
