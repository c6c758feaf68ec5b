/** The processes that are measured: servers, the bindings service, vendors and processes that call them. */
import { type ChildProcess, fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { BindingSchema } from "#gen/malla/bindings/v1/binding_pb.js";
import { BindingsService } from "#gen/malla/bindings/v1/bindings_service_pb.js";
import { Vendor_State } from "#gen/malla/bindings/v1/vendor_pb.js";
import { databaseEnvironment, tlsEnvironment } from "#platform/config/environment.ts";
import { startNatsServer } from "#platform/embedded/nats-server.ts";
import { openPki } from "#platform/embedded/pki.ts";
import { freePort } from "#platform/embedded/ports.ts";
import { startPostgres } from "#platform/embedded/postgres.ts";
import { removeStateFolder } from "#platform/embedded/postgres-home.ts";
import { openStateFolder } from "#platform/embedded/state-folder.ts";
import { openMeshClient } from "#platform/rpc/mesh-client.ts";
import type { Answer, Job } from "./jobs.ts";

/** A process that calls vendors. */
export interface Caller {
  /** Has a job done; resolves with the answer of that kind. */
  do<Kind extends Answer["kind"]>(job: Job, kind: Kind): Promise<Extract<Answer, { kind: Kind }>>;
  tell(job: Job): void;
  /** Hears of every answer. */
  onAnswer(listener: (answer: Answer) => void): void;
}

/** A vendor. */
export interface Vendor {
  readonly address: string;
  /** How often it was asked, and for how many different cards. */
  asked(): Promise<{ readonly attempts: number; readonly cards: number }>;
}

/** What runs. */
export interface Ground {
  startVendor(vendor: string, behaviour: "answers" | "hangs" | "fails-half"): Promise<Vendor>;
  startCaller(): Promise<Caller>;
  /** Binds a tenant; resolves when the bindings service has answered. */
  bind(tenant: string, terms: MessageInitShape<typeof BindingSchema>): Promise<void>;
  stop(): Promise<void>;
}

const DEADLINE_MS = 20_000;

/** Starts the servers and the bindings service in a scratch folder. */
export async function openGround(progress: (line: string) => void): Promise<Ground> {
  const state = openStateFolder(mkdtempSync(join(tmpdir(), "malla-bench-vendors-")));
  const [postgres, nats, pki] = await Promise.all([
    startPostgres({ state, progress }),
    startNatsServer({ state, progress }),
    openPki(state),
  ]);
  const children: ChildProcess[] = [];
  const start = async (program: string, args: readonly string[], env: Readonly<Record<string, string>>) => {
    const child = fork(fileURLToPath(new URL(program, import.meta.url)), [...args], {
      env: { PATH: process.env["PATH"], MALLA_LOG_LEVEL: "fatal", MALLA_NATS_URL: nats.url, ...env },
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    children.push(child);
    await once(child, "message");
    return child;
  };
  const database = await postgres.ensureServiceDatabase("bindings");
  const bindings = `127.0.0.1:${await freePort()}`;
  await start("../../services/bindings/main.ts", [], {
    MALLA_LISTEN: bindings,
    ...databaseEnvironment(database),
    MALLA_PEER_SCOPES: "gateway=*;cards/*=bindings.register",
    ...tlsEnvironment(await pki.issueServiceCertificate("bindings")),
  });
  const client = openMeshClient(BindingsService, {
    peer: "bindings",
    address: bindings,
    tls: await pki.issueServiceCertificate("gateway"),
  });
  const as = (tenant: string) =>
    client.for({
      tenant,
      principal: "bench",
      scopes: new Set(["*"]),
      deadlineMs: Date.now() + DEADLINE_MS,
      signal: AbortSignal.timeout(DEADLINE_MS),
    });

  return {
    async startVendor(vendor, behaviour) {
      const address = `127.0.0.1:${await freePort()}`;
      const child = await start("./vendor-main.ts", [vendor, behaviour], {
        MALLA_LISTEN: address,
        MALLA_BINDINGS_ADDRESS: bindings,
        ...tlsEnvironment(await pki.issueVendorCertificate("cards", vendor)),
      });
      await registered(vendor, async () => (await as("bench").listVendors({})).vendors);
      return {
        address,
        async asked() {
          child.send({ kind: "asked" });
          const [answer] = (await once(child, "message")) as [{ attempts: number; cards: number }];
          return answer;
        },
      };
    },
    async startCaller() {
      const child = await start("./caller-main.ts", [], tlsEnvironment(await pki.issueServiceCertificate("cards")));
      const onAnswer = (listener: (answer: Answer) => void) => void child.on("message", listener);
      return {
        onAnswer,
        tell: (job) => void child.send(job),
        do: (job, kind) =>
          new Promise((resolve, reject) => {
            child.once("exit", (code) => reject(new Error(`a calling process ended with ${code}`)));
            const hear = (answer: Answer) => {
              if (answer.kind === kind) {
                child.off("message", hear);
                resolve(answer as Extract<Answer, { kind: typeof kind }>);
              }
            };
            child.on("message", hear);
            child.send(job);
          }),
      };
    },
    async bind(tenant, terms) {
      const binding = { name: "bindings/cards", ...terms };
      await as(tenant).setBinding({ binding, reason: "a measurement", requestId: randomUUID() });
    },
    async stop() {
      client.close();
      await Promise.all(
        children.map(async (child) => {
          if (child.exitCode === null) {
            child.kill();
            await once(child, "exit");
          }
        }),
      );
      await Promise.all([postgres.stop(), nats.stop()]);
      removeStateFolder(state);
    },
  };
}

async function registered(
  vendor: string,
  list: () => Promise<readonly { readonly name: string; readonly state: Vendor_State }[]>,
): Promise<void> {
  for (const until = Date.now() + DEADLINE_MS; Date.now() < until; ) {
    if ((await list()).some(({ name, state }) => name === `vendors/cards/${vendor}` && state === Vendor_State.ACTIVE)) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`${vendor} did not register`);
}
