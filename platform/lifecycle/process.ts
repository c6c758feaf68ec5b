/** Starts a program in a process, says when it is ready, and ends it when asked to. */
import { SettingsError } from "../config/settings.ts";
import type { Logger } from "../telemetry/log.ts";

/** The parts of Node's `process` that a program needs. */
export type Host = Pick<NodeJS.Process, "env" | "exit" | "on" | "once" | "stderr" | "connected"> & {
  send?: NodeJS.Process["send"];
};

/** A program that runs. */
export interface RunningProgram {
  /** Where it listens, "host:port". */
  readonly listen: string;
  readonly log: Logger;
  close(): Promise<void>;
}

/** Longest that ending may take before the process ends regardless, in milliseconds. */
const EXIT_MS = 15_000;

/**
 * Runs until SIGTERM or SIGINT, or until the process that started it is gone. Tells that process, over IPC, when it is
 * ready: `{ kind: "ready", listen }`. A defect that nobody caught ends the process: a supervisor starts it anew.
 */
export async function runProcess(host: Host, name: string, start: () => Promise<RunningProgram>): Promise<void> {
  const program = await start().catch((error: unknown) => {
    host.stderr.write(
      error instanceof SettingsError ? `${name}: ${error.message}\n` : `${name} did not start: ${describe(error)}\n`,
    );
    return host.exit(error instanceof SettingsError ? 2 : 1);
  });
  let ending = false;
  const end = (why: string) => {
    if (ending) {
      return;
    }
    ending = true;
    program.log.info({ why }, "ending");
    setTimeout(() => host.exit(1), EXIT_MS).unref();
    program.close().then(
      () => host.exit(0),
      (error: unknown) => {
        program.log.error({ err: error }, "did not end cleanly");
        host.exit(1);
      },
    );
  };
  host.on("SIGTERM", () => end("SIGTERM"));
  host.on("SIGINT", () => end("SIGINT"));
  host.on("disconnect", () => end("the process that started this one is gone"));
  const die = (error: unknown) => {
    program.log.fatal({ err: error }, "uncaught");
    host.exit(1);
  };
  host.on("uncaughtException", die);
  host.on("unhandledRejection", die);
  program.log.info({ listen: program.listen }, "ready");
  if (host.connected) {
    host.send?.({ kind: "ready", listen: program.listen });
  } else {
    host.stderr.write(`${name} ready on ${program.listen}\n`);
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : "";
  return `${error.message}${cause}`;
}
