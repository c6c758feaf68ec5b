/** CPU time that processes have used, from /proc. */
import { readdirSync, readFileSync } from "node:fs";
import { hasCode } from "#platform/embedded/server-process.ts";

/** Clock ticks a second in /proc: 100 on every Linux that Node runs on (USER_HZ). */
const TICKS_PER_SECOND = 100;

/** Processes of a run whose CPU time is told apart. */
export interface WatchedProcesses {
  readonly ledger: number;
  /** The server; its children are found through it. */
  readonly postgres: number;
  readonly client: number;
  /** Undefined where no gateway takes part. */
  readonly gateway?: number;
}

/** CPU seconds of each. */
export type CpuSeconds = Readonly<Record<keyof WatchedProcesses, number>>;

/** CPU seconds used so far. */
export function readCpu(watched: WatchedProcesses): CpuSeconds {
  return {
    ledger: ownSeconds(watched.ledger),
    postgres: familySeconds(watched.postgres),
    client: ownSeconds(watched.client),
    gateway: watched.gateway === undefined ? 0 : ownSeconds(watched.gateway),
  };
}

/** What was used between two readings. */
export function cpuBetween(before: CpuSeconds, after: CpuSeconds): CpuSeconds {
  return {
    ledger: after.ledger - before.ledger,
    postgres: after.postgres - before.postgres,
    client: after.client - before.client,
    gateway: after.gateway - before.gateway,
  };
}

/** All threads of the process. */
function ownSeconds(pid: number): number {
  const stat = readStat(pid);
  return stat === undefined ? 0 : stat.own / TICKS_PER_SECOND;
}

/** A server with its children, those that ended included: it waits for them, so their time is added to its own. */
export function familySeconds(pid: number): number {
  const parent = readStat(pid);
  const children = readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map((entry) => readStat(Number(entry)))
    .filter((stat) => stat?.parent === pid);
  const living = children.reduce((sum, stat) => sum + (stat?.own ?? 0), 0);
  return ((parent?.own ?? 0) + (parent?.waitedFor ?? 0) + living) / TICKS_PER_SECOND;
}

/** Fields 4 and 14 to 17 of proc_pid_stat(5); the name in field 2 may hold anything, so they count from behind it. */
function readStat(pid: number): { parent: number; own: number; waitedFor: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = stat
      .slice(stat.lastIndexOf(")") + 2)
      .split(" ")
      .map(Number);
    const [parent = 0] = fields.slice(1, 2);
    const [user = 0, system = 0, childrenUser = 0, childrenSystem = 0] = fields.slice(11, 15);
    return { parent, own: user + system, waitedFor: childrenUser + childrenSystem };
  } catch (error) {
    if (hasCode(error, "ENOENT") || hasCode(error, "ESRCH")) {
      return undefined;
    }
    throw error;
  }
}
