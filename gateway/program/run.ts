/** Runs the program in a process: help, listings, one line when ready, and a clean end. */
import { RuleError } from "../transcoder/index.ts";
import { HELP, UsageError } from "./arguments.ts";
import { startProgram } from "./program.ts";

/** The parts of Node's `process` that the program needs. */
export type ProgramHost = Pick<NodeJS.Process, "stdout" | "stderr" | "on" | "exit"> & {
  exitCode?: typeof process.exitCode;
};

/** Starts the program and serves until SIGTERM or SIGINT. Exits with 2 when it was called wrongly. */
export async function runProgram(host: ProgramHost, args: readonly string[]): Promise<void> {
  if (args.includes("--help") || args.includes("-h")) {
    host.stdout.write(HELP);
    return;
  }
  try {
    const started = await startProgram(args);
    if ("text" in started) {
      host.stdout.write(started.text);
      return;
    }
    const end = () => {
      started.close().then(
        () => host.exit(0),
        (error: unknown) => {
          started.log.error({ err: error }, "did not end cleanly");
          host.exit(1);
        },
      );
    };
    host.on("SIGTERM", end);
    host.on("SIGINT", end);
    host.stdout.write(`listening on ${started.listen}\n`);
  } catch (error) {
    host.stderr.write(describe(error));
    host.exitCode = error instanceof UsageError ? 2 : 1;
  }
}

function describe(error: unknown): string {
  if (error instanceof UsageError) {
    return `${error.message}\nsee --help\n`;
  }
  if (error instanceof RuleError) {
    return `${error.message}\n`;
  }
  if (error instanceof Error && "code" in error && error.code === "EADDRINUSE") {
    return `${error.message}; choose another with --listen\n`;
  }
  return `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`;
}
