/** What the program is told on its command line. */
import { parseArgs } from "node:util";
import { z } from "zod";
import { type HostPort, hostPort } from "#platform/config/settings.ts";

/** Thrown when the command line is wrong; the message says how to put it right. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export const HELP = `usage: node gateway/main.ts --descriptors FILE --upstream URL [options]

Serves the services of a descriptor set over REST (google.api.http), gRPC, gRPC-Web and Connect on one port, in front of
a gRPC server written in any language. Without arguments it is the edge of the mesh and reads the environment.

what and where
  --descriptors FILE        google.protobuf.FileDescriptorSet with imports: buf build -o FILE.binpb,
                            or protoc --include_imports --include_source_info --descriptor_set_out=FILE
  --upstream URL            the gRPC server: http://host:port (HTTP/2 in cleartext) or https://host:port
  --route SERVICE=URL       another server for one service, e.g. shop.v1.Orders=http://127.0.0.1:9001; repeatable
  --listen HOST:PORT        default 127.0.0.1:8080; port 0 takes any that is free
  --service-config FILE     google.api.Service in YAML or JSON, whose http.rules go before those of the protos
  --routes                  print every REST route and end
  --check                   check rules and descriptors and end

TLS
  --tls-cert FILE, --tls-key FILE            serve TLS (PEM); HTTP/2 and HTTP/1.1 by ALPN
  --upstream-ca FILE                         trust this CA for https upstreams, instead of the system's
  --upstream-cert FILE, --upstream-key FILE  client certificate for upstreams
  --upstream-name NAME                       name to expect in the upstream's certificate

JSON
  --ignore-unknown-fields   drop JSON fields that a message does not have, instead of refusing them
  --ignore-unknown-query    pass over query parameters that are no fields
  --ignore-query NAME       pass over this query parameter; repeatable
  --proto-names             write field names as in the proto files, not in lowerCamelCase
  --enums-as-numbers        write enum values as numbers
  --omit-defaults           leave out fields that have their default value

headers
  --request-header NAME     pass this REST request header on as metadata; NAME* for a prefix; repeatable
                            (authorization, traceparent and tracestate pass always)
  --response-header NAME    pass this header or trailer of the server back over REST; NAME* for a prefix; repeatable
  --header-field NAME=PATH  fill a request field from a header, e.g. idempotency-key=request_id; repeatable
  --cors-origin ORIGIN      let pages of this origin call, "*" for any; repeatable
  --cors-credentials        ... with cookies

bounds
  --max-body-bytes N        REST bodies, after decompression (1048576)
  --max-message-bytes N     one message of gRPC, gRPC-Web and Connect, either way (4194304)
  --max-messages N          messages of one request stream (0: any number)
  --max-header-bytes N      header section (16384)
  --max-streams N           HTTP/2 streams at once on a connection (256)
  --max-connections N       (10000)
  --max-calls N             unary calls under way at once; more wait, then hear 429 (1000)
  --max-waiting N           unary calls that wait for their turn (2000)
  --max-open-streams N      streaming calls at once (10000)
  --timeout-ms N            deadline of unary calls that bring none, kept by the edge (30000; 0: none)
  --max-timeout-ms N        longest deadline that a caller may ask for (600000)
  --no-validate             do not check buf.validate rules
  --log-level LEVEL         trace, debug, info, warn, error, silent (warn); logs go to stderr as JSON
`;

const whole = (fallback: number, min = 1) =>
  z
    .string()
    .regex(/^\d{1,12}$/, "expected a whole number")
    .transform(Number)
    .refine((value) => value >= min, `expected at least ${min}`)
    .default(fallback);
const upstream = z.string().transform((text, context): URL => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !["http:", "https:"].includes(url.protocol) || url.hostname === "") {
    context.addIssue("expected http://host:port or https://host:port");
    return z.NEVER;
  }
  return url;
});
const pairs = (form: string) =>
  z
    .array(z.string().regex(/^[^=]+=.+$/, `expected ${form}`))
    .default([])
    .transform((texts) =>
      texts.map((text) => [text.slice(0, text.indexOf("=")), text.slice(text.indexOf("=") + 1)] as const),
    );

const schema = z.object({
  descriptors: z.string("is needed: a FileDescriptorSet, e.g. made by buf build -o FILE.binpb"),
  upstream: upstream.optional(),
  route: pairs("SERVICE=URL").pipe(z.array(z.tuple([z.string(), upstream]))),
  listen: hostPort().default({ host: "127.0.0.1", port: 8080 } satisfies HostPort),
  "service-config": z.string().optional(),
  routes: z.boolean().default(false),
  check: z.boolean().default(false),
  "tls-cert": z.string().optional(),
  "tls-key": z.string().optional(),
  "upstream-ca": z.string().optional(),
  "upstream-cert": z.string().optional(),
  "upstream-key": z.string().optional(),
  "upstream-name": z.string().optional(),
  "ignore-unknown-fields": z.boolean().default(false),
  "ignore-unknown-query": z.boolean().default(false),
  "ignore-query": z.array(z.string()).default([]),
  "proto-names": z.boolean().default(false),
  "enums-as-numbers": z.boolean().default(false),
  "omit-defaults": z.boolean().default(false),
  "request-header": z.array(z.string()).default([]),
  "response-header": z.array(z.string()).default([]),
  "header-field": pairs("NAME=PATH"),
  "cors-origin": z.array(z.string()).default([]),
  "cors-credentials": z.boolean().default(false),
  "max-body-bytes": whole(1_048_576),
  "max-message-bytes": whole(4_194_304),
  "max-messages": whole(0, 0),
  "max-header-bytes": whole(16_384, 256),
  "max-streams": whole(256),
  "max-connections": whole(10_000),
  "max-calls": whole(1_000),
  "max-waiting": whole(2_000, 0),
  "max-open-streams": whole(10_000),
  "timeout-ms": whole(30_000, 0),
  "max-timeout-ms": whole(600_000),
  "no-validate": z.boolean().default(false),
  "log-level": z.enum(["trace", "debug", "info", "warn", "error", "silent"]).default("warn"),
});

/** A command line that was read. */
export type ProgramArguments = z.infer<typeof schema>;

/**
 * Reads a command line.
 *
 * @throws UsageError that names everything wrong with it
 */
export function readArguments(args: readonly string[]): ProgramArguments {
  const given = parse(args);
  const result = schema.safeParse(given);
  if (!result.success) {
    const lines = result.error.issues.map(({ path, message }) => `--${String(path[0])}: ${message}`);
    throw new UsageError([...new Set(lines)].join("\n"));
  }
  const read = result.data;
  if (read.upstream === undefined && !read.routes && !read.check && read.route.length === 0) {
    throw new UsageError("--upstream: is needed: where the gRPC server is, e.g. http://127.0.0.1:9000");
  }
  if ((read["tls-cert"] === undefined) !== (read["tls-key"] === undefined)) {
    throw new UsageError("--tls-cert and --tls-key: both are needed to serve TLS");
  }
  if (read["cors-credentials"] && read["cors-origin"].includes("*")) {
    throw new UsageError('--cors-credentials: name the origins; cookies never go along with "*"');
  }
  return read;
}

function parse(args: readonly string[]): Record<string, unknown> {
  const options = Object.fromEntries(
    Object.entries(schema.shape).map(([name, type]) => [
      name,
      {
        type: accepts(type, true) ? ("boolean" as const) : ("string" as const),
        multiple: accepts(type, []),
      },
    ]),
  );
  try {
    return { ...parseArgs({ args: [...args], options, allowPositionals: false }).values };
  } catch (error) {
    // node:util says what is wrong with the line itself: an unknown option, a missing value.
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function accepts(type: z.ZodType, value: unknown): boolean {
  return type.safeParse(value).success;
}
