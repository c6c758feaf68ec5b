/** A service as its callers see it: in this process, on a database of its own, through real authenticated gRPC. */
import { type DescService, fromBinary } from "@bufbuild/protobuf";
import type { Client } from "@connectrpc/connect";
import postgres from "postgres";
import { inject } from "vitest";
import type { z } from "zod";
import { type Event, EventSchema } from "#gen/malla/event/v1/event_pb.js";
import { type Bus, connectBus } from "../bus/bus.ts";
import { streamOf } from "../bus/subjects.ts";
import { databaseEnvironment, tlsEnvironment } from "../config/environment.ts";
import { openPki } from "../embedded/pki.ts";
import { ensureServiceDatabase, type ServiceDatabaseUrls } from "../embedded/service-database.ts";
import { openStateFolder } from "../embedded/state-folder.ts";
import { type ServiceProgram, startService } from "../lifecycle/service.ts";
import type { Call } from "../rpc/call.ts";
import { openMeshClient } from "../rpc/mesh-client.ts";
import type { TlsFiles } from "../rpc/tls.ts";
import { openLogger } from "../telemetry/log.ts";

/** Whom a client calls as, and how long it waits. */
export interface TestCaller {
  readonly tenant: string;
  /** Default 10,000. */
  readonly timeoutMs?: number;
}

/** A service that runs for a test. */
export interface TestService {
  /** "127.0.0.1:port". */
  readonly address: string;
  readonly databaseUrls: ServiceDatabaseUrls;
  readonly databaseName: string;
  /** A client that speaks as the edge does for a caller with all scopes. */
  client<Service extends DescService>(service: Service, caller: TestCaller): Client<Service>;
  /** The service's database as superuser, past row-level security: for looking, and for breaking things. */
  sql(): postgres.Sql;
  /** Every event the service has published for the tenant so far, in order; waits until there are `count`. */
  events(tenant: string, count: number): Promise<Event[]>;
  stop(): Promise<void>;
}

/** How to start it. */
export interface TestServiceOptions {
  /** Settings besides those every service has, and any that override them. */
  readonly env?: Readonly<Record<string, string>>;
  /** Runs on the database of another one instead of its own: two processes of one service. */
  readonly databaseOf?: Pick<TestService, "databaseName" | "databaseUrls">;
}

/** Longest wait for events, in milliseconds: for the first, and for each more, which the broker writes to disk by itself. */
const EVENTS_TIMEOUT_MS = 15_000;
const EVENT_TIMEOUT_MS = 10;

let databases = 0;

/** Starts a service on a fresh database of the run's PostgreSQL. */
export async function startTestService<Shape extends z.ZodRawShape>(
  program: ServiceProgram<Shape>,
  options: TestServiceOptions = {},
): Promise<TestService> {
  const databaseName = options.databaseOf?.databaseName ?? `${program.name}_${process.pid}_${databases++}`;
  const postgresUrl = inject("postgresUrl");
  const databaseUrls =
    options.databaseOf?.databaseUrls ?? (await ensureServiceDatabase(postgresUrl, databaseName, () => "test"));
  const running = await startService(program, {
    MALLA_LISTEN: "127.0.0.1:0",
    ...databaseEnvironment(databaseUrls),
    MALLA_DATABASE_POOL: "8",
    MALLA_NATS_URL: inject("natsUrl"),
    MALLA_LOG_LEVEL: "error",
    MALLA_PEER_SCOPES: "gateway=*;accounts=*",
    ...tlsEnvironment(await testCertificate(program.name)),
    ...options.env,
  });
  const gateway = await testCertificate("gateway");
  const closing: (() => Promise<void> | void)[] = [];
  let bus: Promise<Bus> | undefined;
  return {
    address: running.listen,
    databaseUrls,
    databaseName,
    client(service, caller) {
      const client = openMeshClient(service, { peer: program.name, address: running.listen, tls: gateway });
      closing.push(() => client.close());
      // The deadline is the call's, so each call of a long test gets a new one.
      return new Proxy({} as Client<typeof service>, {
        get: (_target, method) => Reflect.get(client.for(testCall(caller)), method),
      });
    },
    sql() {
      const client = postgres(databaseUrl(postgresUrl, databaseName), { max: 2, onnotice: () => {} });
      closing.push(() => client.end());
      return client;
    },
    async events(tenant, count) {
      bus ??= connectBus(inject("natsUrl"), "test", openLogger("test", "error"));
      return collectEvents(await bus, program.name, tenant, count);
    },
    async stop() {
      for (const close of closing.splice(0)) {
        await close();
      }
      await (await bus)?.close();
      await running.close();
    },
  };
}

/** Certificate files for a service name, from the run's own authority. */
export async function testCertificate(name: string): Promise<TlsFiles> {
  const pki = await openPki(openStateFolder(inject("stateFolder")));
  return pki.issueServiceCertificate(name);
}

/** A call as the edge would make it. */
export function testCall({ tenant, timeoutMs = 10_000 }: TestCaller): Call {
  return {
    tenant,
    principal: "test",
    scopes: new Set(["*"]),
    deadlineMs: Date.now() + timeoutMs,
    signal: AbortSignal.timeout(timeoutMs),
  };
}

async function collectEvents(bus: Bus, capability: string, tenant: string, count: number): Promise<Event[]> {
  const found: Event[] = [];
  const enough = new AbortController();
  await bus.consume(
    {
      stream: streamOf(capability),
      subject: `malla.${capability}.v1.${tenant}.>`,
      startSequence: 1,
      signal: AbortSignal.any([enough.signal, AbortSignal.timeout(EVENTS_TIMEOUT_MS + count * EVENT_TIMEOUT_MS)]),
    },
    async (message) => {
      found.push(fromBinary(EventSchema, message.data));
      if (found.length >= count) {
        enough.abort();
      }
      return { kind: "done" };
    },
  );
  return found;
}

function databaseUrl(base: string, name: string): string {
  const url = new URL(base);
  url.pathname = `/${name}`;
  return url.href;
}
