/** Clients that others wrote, at the one port: those at hand are tried, the rest are named. */
import { execFile, spawnSync } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { root } from "./descriptors.ts";
import { encodeHeader } from "./plan.ts";
import { onStage, type Stage } from "./stage.ts";

const run = promisify(execFile);
const stage = onStage();
const buf = join(root, "node_modules/.bin/buf");
const twice = `x-plan: ${encodeHeader({ count: 2 })}`;
const fails = `x-plan: ${encodeHeader({ error: { code: 9, message: "shut" } })}`;

/** What a command printed, and its exit code. */
async function output(file: string, args: readonly string[]): Promise<{ code: number; text: string }> {
  try {
    const { stdout, stderr } = await run(file, args, { timeout: 20_000, cwd: root });
    return { code: 0, text: stdout + stderr };
  } catch (error) {
    if (!(error instanceof Error && "stdout" in error && "stderr" in error && "code" in error)) throw error;
    return { code: Number(error.code), text: `${error.stdout}${error.stderr}` };
  }
}

/** JSON values one after the other, as the curls print them. */
function values(text: string): unknown[] {
  return JSON.parse(`[${text.trim().replaceAll(/\}\s*\{/g, "},{")}]`);
}

describe.each(["grpc", "grpcweb", "connect"])("buf curl, %s", (protocol) => {
  const curl = (method: string, data: string, header = "x-none: 0") =>
    output(buf, [
      ...["curl", "--http2-prior-knowledge", "--protocol", protocol, "-H", header, "-d", data],
      new URL(method, stage.edge.url).href,
    ]);

  test("a unary call, its types by reflection", async () => {
    const { text } = await curl("harbour.v1.Harbour/GetPort", '{"port":"7"}');
    expect(values(text)).toEqual([{ port: "7" }]);
  });

  test("a stream of the server", async () => {
    const { text } = await curl("tide.v1.Tide/Watch", '{"station":"7"}', twice);
    expect(values(text)).toEqual([{ station: "7" }, { station: "7" }]);
  });

  test("both ways", async () => {
    const { text } = await curl("tide.v1.Tide/Correct", '{"note":"a"}{"note":"b"}');
    expect(values(text)).toEqual([{ note: "a" }, { note: "b" }]);
  });

  test("an error", async () => {
    const { code, text } = await curl("harbour.v1.Harbour/GetPort", "{}", fails);
    expect(code).not.toBe(0);
    expect(text).toMatch(/failed_precondition/);
    expect(text).toMatch(/shut/);
  });
});

test("buf curl lists services by reflection", async () => {
  const { text } = await output(buf, ["curl", "--http2-prior-knowledge", "--list-services", stage.edge.url.href]);
  expect(text.trim().split("\n")).toEqual(
    expect.arrayContaining([
      "grpc.health.v1.Health",
      "harbour.v1.Harbour",
      "lab.v1.Lab",
      "legacy.v1.Book",
      "tide.v1.Tide",
    ]),
  );
});

function defineGrpcurl(at: Stage): void {
  const grpcurl = (...args: string[]) => output("grpcurl", ["-plaintext", ...args]);

  describe("grpcurl", () => {
    test("lists and describes", async () => {
      expect((await grpcurl(at.edge.url.host, "list")).text).toContain("harbour.v1.Harbour\n");
      expect((await grpcurl(at.edge.url.host, "list", "tide.v1.Tide")).text).toContain("tide.v1.Tide.Watch");
      const { text } = await grpcurl(at.edge.url.host, "describe", "harbour.v1.Harbour.CreateBerth");
      expect(text).toContain('post: "/v1/{parent=ports/*}/berths"');
      expect((await grpcurl(at.edge.url.host, "describe", "legacy.v1.stamp")).text).toContain(
        "optional string stamp = 100",
      );
    });

    test("calls", async () => {
      const { text } = await grpcurl("-d", '{"port":"7"}', at.edge.url.host, "harbour.v1.Harbour/GetPort");
      expect(values(text)).toEqual([{ port: "7" }]);
      const both = await grpcurl("-d", '{"note":"a"}{"note":"b"}', at.edge.url.host, "tide.v1.Tide/Correct");
      expect(values(both.text)).toEqual([{ note: "a" }, { note: "b" }]);
    });

    test("an extension and a group of proto2", async () => {
      const entry = { id: "1", detail: { line: "x" }, "[legacy.v1.stamp]": "s" };
      const { text } = await grpcurl("-d", JSON.stringify(entry), at.edge.url.host, "legacy.v1.Book/Enter");
      expect(values(text)).toEqual([entry]);
    });

    test("health", async () => {
      const { text } = await grpcurl(at.edge.url.host, "grpc.health.v1.Health/Check");
      expect(values(text)).toEqual([{ status: "SERVING" }]);
      const { code } = await grpcurl(
        "-d",
        '{"service":"no.such.Service"}',
        at.edge.url.host,
        "grpc.health.v1.Health/Check",
      );
      expect(code).not.toBe(0);
    });
  });
}

function defineCurl(at: Stage): void {
  test.each(["--http2-prior-knowledge", "--http1.1", "--http2"])("curl %s", async (version) => {
    const { text } = await output("curl", ["-s", version, new URL("/v1/ports/7", at.edge.url).href]);
    expect(values(text)).toEqual([{ port: "7", word: "" }]);
  });
}

const python = `
import grpc, sys
channel = grpc.insecure_channel(sys.argv[1])
same = lambda data: data
say = channel.unary_unary("/harbour.v1.Harbour/GetPort", same, same)
answer, call = say.with_call(b"\\n\\x017", timeout=5, compression=grpc.Compression.Gzip)
assert answer == b"\\n\\x017", answer
assert dict(call.initial_metadata())["x-seen"]
watch = channel.unary_stream("/tide.v1.Tide/Watch", same, same)
assert list(watch(b"\\n\\x017", metadata=[("x-plan", sys.argv[2])])) == [b"\\n\\x017"] * 2
correct = channel.stream_stream("/tide.v1.Tide/Correct", same, same)
assert list(correct(iter([b"", b"\\n\\x01a"]))) == [b"", b"\\n\\x01a"]
try:
    say(b"", timeout=0.2, metadata=[("x-plan", sys.argv[3])])
    raise SystemExit("no deadline")
except grpc.RpcError as error:
    assert error.code() == grpc.StatusCode.DEADLINE_EXCEEDED, error
print("well")
`;

function definePython(at: Stage): void {
  test("grpcio of Python", async () => {
    const plans = [encodeHeader({ count: 2 }), encodeHeader({ hang: true })];
    expect(await output("python3", ["-c", python, at.edge.url.host, ...plans])).toEqual({ code: 0, text: "well\n" });
  });
}

const others: Readonly<Record<string, readonly [probe: readonly string[], define: (at: Stage) => void]>> = {
  grpcurl: [["-version"], defineGrpcurl],
  curl: [["--version"], defineCurl],
  python3: [["-c", "import grpc"], definePython],
};
for (const [file, [probe, define]] of Object.entries(others)) {
  if (spawnSync(file, probe).status === 0) define(stage);
  else console.log(`${file} is not at hand: left out`);
}
