/**
 * The edge as a server under test of connectrpc/conformance: between the runner and one of its own gRPC servers.
 *
 *     connectconformance --mode server --conf config.yaml -- node server.ts DESCRIPTORS GRPC_SERVER
 *
 * DESCRIPTORS holds connectrpc.conformance.v1 (`buf build` in that project), GRPC_SERVER is its cmd/grpcserver.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { create, createFileRegistry, fromBinary, toBinary } from "@bufbuild/protobuf";
import { type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { startEdge } from "../edge-process.ts";

const [descriptors = "", grpcServer = ""] = process.argv.slice(2);
const files = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(descriptors)));
const PROTOCOL_GRPC = 2;
const HTTP_VERSION_2 = 2;
/** Of the server behind: what is to be refused, the edge refuses. */
const BACKEND_LIMIT = 64 * 1_048_576;

const asked = decode("ServerCompatRequest", await readPrefixed(process.stdin));
const backend = spawn(grpcServer, [], { stdio: ["pipe", "pipe", "inherit"] });
const told = { protocol: PROTOCOL_GRPC, http_version: HTTP_VERSION_2, message_receive_limit: BACKEND_LIMIT };
backend.stdin.end(prefixed(encode("ServerCompatRequest", told)));
const { host, port } = decode("ServerCompatResponse", await readPrefixed(backend.stdout));
const { args, pem } = ownOptions();
const edge = await startEdge(["--descriptors", descriptors, "--upstream", `http://${host}:${port}`, ...args]);
const answer = { host: "127.0.0.1", port: Number(edge.url.port), ...(pem === undefined ? {} : { pem_cert: pem }) };
process.stdout.write(prefixed(encode("ServerCompatResponse", answer)));
process.on("SIGTERM", () => {
  backend.kill();
  edge.child.kill("SIGKILL");
  process.exit(0);
});

/** What the runner asks of this server, as arguments of the program. */
function ownOptions(): { args: string[]; pem?: Uint8Array } {
  const limit = Number(asked["message_receive_limit"] ?? 0);
  const args = limit === 0 ? [] : ["--max-message-bytes", String(limit)];
  const creds = asked["server_creds"];
  if (asked["use_tls"] !== true || !(creds instanceof Object) || !("cert" in creds) || !("key" in creds))
    return { args };
  const { cert, key } = creds;
  if (!(cert instanceof Uint8Array) || !(key instanceof Uint8Array)) throw new Error("the runner sent no certificate");
  const folder = mkdtempSync(join(tmpdir(), "conformance-"));
  const [certFile, keyFile] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  writeFileSync(certFile, cert);
  writeFileSync(keyFile, key);
  return { args: [...args, "--tls-cert", certFile, "--tls-key", keyFile], pem: cert };
}

/** The fields that are set, by proto name. */
function decode(name: string, bytes: Buffer): Record<string, unknown> {
  const desc = descOf(name);
  return plain(reflect(desc, fromBinary(desc, bytes)));
}

function plain(message: ReflectMessage): Record<string, unknown> {
  return Object.fromEntries(
    message.fields
      .filter((field) => message.isSet(field))
      .map((field) => [field.name, field.fieldKind === "message" ? plain(message.get(field)) : message.get(field)]),
  );
}

function encode(name: string, values: Readonly<Record<string, unknown>>): Buffer {
  const message = reflect(descOf(name), create(descOf(name)));
  for (const field of message.fields) if (values[field.name] !== undefined) message.set(field, values[field.name]);
  return Buffer.from(toBinary(message.desc, message.message));
}

function descOf(name: string) {
  const desc = files.getMessage(`connectrpc.conformance.v1.${name}`);
  if (desc === undefined) throw new Error(`${descriptors} lacks connectrpc.conformance.v1.${name}`);
  return desc;
}

function prefixed(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

async function readPrefixed(stream: Readable): Promise<Buffer> {
  let read = Buffer.alloc(0);
  for await (const chunk of stream) {
    read = Buffer.concat([read, chunk]);
    if (read.length >= 4 && read.length >= 4 + read.readUInt32BE()) return read.subarray(4, 4 + read.readUInt32BE());
  }
  throw new Error("the stream ended within a message");
}
