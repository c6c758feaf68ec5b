/** The floor: a bare node:http server that answers with what it was sent. Runs as a process of its own. */
import { createServer } from "node:http";

const server = createServer((request, response) => {
  response.writeHead(200, { "content-type": "application/json" });
  request.pipe(response);
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  process.send?.({ kind: "ready", listen: `127.0.0.1:${typeof address === "object" ? address?.port : 0}` });
});
process.on("disconnect", () => process.exit(0));
process.on("SIGTERM", () => process.exit(0));
