/** A gRPC server for any descriptor set, on @grpc/grpc-js: it answers as the plan in the call's metadata says. */
import type { DescMethod } from "@bufbuild/protobuf";
import {
  type handleBidiStreamingCall,
  Metadata,
  type MethodDefinition,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServiceDefinition,
} from "@grpc/grpc-js";
import type { CaseDescriptors } from "../descriptors.ts";
import { decodePlan, encodeHeader, MAX_SEEN_LENGTH, type Plan, type Seen, TOO_LARGE } from "../plan.ts";
import { type Answers, createAnswers } from "./answers.ts";
import { createEnds, type Ends } from "./ends.ts";
import { encodeStatus } from "./status-details.ts";

/** A server that runs. */
export interface Upstream {
  readonly url: string;
  close(): void;
}

type Call = ServerDuplexStream<Buffer, Buffer>;

/** Starts it. @param port 0 for any that is free. Every kind of call is served by one stream handler: on the wire they are the same. */
export async function startUpstream({ files, registry }: CaseDescriptors, port = 0): Promise<Upstream> {
  const server = new Server({ "grpc.max_receive_message_length": 64 * 1_048_576 });
  const ends = createEnds();
  const answers = createAnswers(registry);
  for (const file of files.files) {
    for (const service of file.services) {
      const paths = service.methods.map((method) => `/${service.typeName}/${method.name}`);
      server.addService(
        definition(paths),
        Object.fromEntries(
          service.methods.map((method): [string, handleBidiStreamingCall<Buffer, Buffer>] => [
            `/${service.typeName}/${method.name}`,
            (call: Call) => serve(call, method, answers, ends),
          ]),
        ),
      );
    }
  }
  server.addService(definition([ends.path]), { [ends.path]: (call: Call) => ends.serve(call) });
  const bound = await new Promise<number>((resolve, reject) =>
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, number) =>
      error === null ? resolve(number) : reject(error),
    ),
  );
  return { url: `http://127.0.0.1:${bound}`, close: () => server.forceShutdown() };
}

function definition(paths: readonly string[]): ServiceDefinition {
  const same = (bytes: Buffer): Buffer => bytes;
  return Object.fromEntries(
    paths.map((path): [string, MethodDefinition<Buffer, Buffer>] => [
      path,
      {
        path,
        requestStream: true,
        responseStream: true,
        requestSerialize: same,
        requestDeserialize: same,
        responseSerialize: same,
        responseDeserialize: same,
      },
    ]),
  );
}

function serve(call: Call, method: DescMethod, answers: Answers, ends: Ends): void {
  const plan = decodePlan(first(call.metadata, "x-plan"));
  const requests: Buffer[] = [];
  let working = Promise.resolve();
  if (plan.tag !== undefined) ends.begin(plan.tag);
  call.on("cancelled", () => ends.end(plan.tag, "cancelled"));
  call.on("error", () => {});
  call.on("data", (bytes: Buffer) => {
    requests.push(bytes);
    if (method.methodKind !== "bidi_streaming" || plan.hang === true) return;
    if (requests.length === 1) call.sendMetadata(opening(call, plan, method, [bytes], answers));
    working = working.then(() => reply(call, plan, method, [bytes], answers));
  });
  call.on("end", () => {
    if (plan.hang === true) return;
    working
      .then(async () => {
        if (method.methodKind !== "bidi_streaming") {
          call.sendMetadata(opening(call, plan, method, requests, answers));
          await reply(call, plan, method, requests, answers);
        }
        if (plan.error === undefined) {
          ends.end(plan.tag, "ok");
          call.end(withEntries(new Metadata(), plan.trailers));
        } else fail(call, plan, plan.error);
      })
      .catch((error: unknown) => call.emit("error", { code: 13, details: String(error) }));
  });
}

function fail(call: Call, plan: Plan, error: NonNullable<Plan["error"]>): void {
  const metadata = withEntries(new Metadata(), plan.trailers);
  if (error.details !== undefined) metadata.set("grpc-status-details-bin", encodeStatus(error));
  call.emit("error", { code: error.code, details: error.message, metadata });
}

function opening(call: Call, plan: Plan, method: DescMethod, requests: readonly Buffer[], answers: Answers): Metadata {
  const metadata = withEntries(new Metadata(), plan.headers);
  const seen: Seen = {
    method: `${method.parent.typeName}/${method.name}`,
    requests: requests.map((bytes) => answers.read(method, bytes)),
    ...(plan.tell === true ? told(call) : {}),
  };
  const text = encodeHeader(seen);
  metadata.set("x-seen", text.length > MAX_SEEN_LENGTH ? TOO_LARGE : text);
  return metadata;
}

function told(call: Call): Pick<Seen, "metadata" | "timeoutMs"> {
  const names = Object.keys(call.metadata.getMap()).filter((name) => name !== "x-plan");
  const metadata = Object.fromEntries(
    names.map((name) => [
      name,
      call.metadata.get(name).map((value) => (typeof value === "string" ? value : value.toString("base64"))),
    ]),
  );
  const deadline = call.getDeadline();
  const timeoutMs = Number(deadline) - Date.now();
  return Number.isFinite(timeoutMs) ? { metadata, timeoutMs } : { metadata };
}

async function reply(
  call: Call,
  plan: Plan,
  method: DescMethod,
  requests: readonly Buffer[],
  answers: Answers,
): Promise<void> {
  const all = answers.of(method, plan, requests);
  for (const bytes of plan.error === undefined ? all : all.slice(0, plan.failAfter ?? 0)) {
    if (plan.everyMs !== undefined) await new Promise((resolve) => setTimeout(resolve, plan.everyMs));
    if (call.cancelled) return;
    if (!call.write(bytes)) await new Promise((resolve) => call.once("drain", resolve));
  }
}

function withEntries(metadata: Metadata, entries: Readonly<Record<string, string>> = {}): Metadata {
  for (const [name, value] of Object.entries(entries)) {
    metadata.set(name, name.endsWith("-bin") ? Buffer.from(value, "base64") : value);
  }
  return metadata;
}

function first(metadata: Metadata, name: string): string | undefined {
  const [value] = metadata.get(name);
  return value === undefined ? undefined : String(value);
}
