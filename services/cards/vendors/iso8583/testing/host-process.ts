/** The card host as a process of its own, that a test starts, tells to err, and kills. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Fault } from "../host/faults.ts";

/** The process. */
export interface HostProcess {
  /** "127.0.0.1:port". */
  readonly address: string;
  order(fault: Partial<Fault> & Pick<Fault, "kind">): Promise<void>;
  clearFaults(): Promise<void>;
  books(): Promise<ShownBooks>;
  /** Kills it without warning (SIGKILL). */
  kill(): Promise<void>;
  /** Starts it again, on the same journal and port. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** What the host shows of its books; amounts as "12n". */
export interface ShownBooks {
  readonly accounts: readonly { readonly id: string; readonly openingMinor: string; readonly availableMinor: string }[];
  readonly authorizations: readonly {
    readonly key: string;
    readonly state: string;
    readonly heldMinor: string;
    readonly clearedMinor: string;
  }[];
}

/** The zone key that PIN blocks of tests are made with. */
export const ZONE_KEY = { id: "zone-1", key: "0123456789abcdeffedcba9876543210" };

/** Longest that it may take to start, in milliseconds. */
const START_MS = 20_000;
const program = fileURLToPath(new URL("../host/main.ts", import.meta.url));

/** Starts one. `accounts` as its setting names them. */
export async function startHostProcess(accounts: string): Promise<HostProcess> {
  const [port, controlPort] = [await freePort(), await freePort()];
  const control = `http://127.0.0.1:${controlPort}`;
  const env = {
    ...process.env,
    MALLA_LOG_LEVEL: "error",
    MALLA_LISTEN: `127.0.0.1:${port}`,
    MALLA_CARD_HOST_CONTROL_LISTEN: `127.0.0.1:${controlPort}`,
    MALLA_CARD_HOST_JOURNAL: join(mkdtempSync(join(tmpdir(), "card-host-")), "journal"),
    MALLA_CARD_HOST_ACCOUNTS: accounts,
    MALLA_CARD_HOST_ZONE_KEYS: `${ZONE_KEY.id}=${ZONE_KEY.key}`,
  };
  let child: ChildProcess | undefined;
  const ask = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`${control}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer: unknown = await response.json();
    if (!response.ok) {
      throw new Error(JSON.stringify(answer));
    }
    return answer;
  };
  const end = async (signal: NodeJS.Signals) => {
    const ending = child;
    child = undefined;
    if (ending !== undefined && ending.exitCode === null) {
      ending.kill(signal);
      await once(ending, "exit");
    }
  };
  const started: HostProcess = {
    address: `127.0.0.1:${port}`,
    order: async (fault) => void (await ask("POST", "/faults", fault)),
    clearFaults: async () => void (await ask("DELETE", "/faults")),
    // The host is ours; what it shows is what `show` makes.
    books: async () => (await ask("GET", "/books")) as ShownBooks,
    kill: () => end("SIGKILL"),
    async start() {
      child = fork(program, { env, execArgv: [], stdio: ["ignore", "ignore", "inherit", "ipc"] });
      await once(child, "message", { signal: AbortSignal.timeout(START_MS) });
    },
    stop: () => end("SIGTERM"),
  };
  await started.start();
  return started;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}
