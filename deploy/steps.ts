/** Runs commands one after the other, shows how long each took, and says plainly what failed. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Root of the project. */
export const root = fileURLToPath(new URL("..", import.meta.url));

/** A command with the name a reader sees. */
export interface Step {
  readonly name: string;
  /** A program of node_modules/.bin, or "node" for the Node that runs this. */
  readonly program: string;
  readonly args: readonly string[];
}

/** Runs the steps in order until one fails; true when all passed. */
export async function runSteps(steps: readonly Step[]): Promise<boolean> {
  for (const step of steps) {
    const started = performance.now();
    const passed = await run(step);
    process.stdout.write(
      `${passed ? "ok  " : "FAIL"} ${step.name} (${((performance.now() - started) / 1000).toFixed(1)} s)\n`,
    );
    if (!passed) {
      return false;
    }
  }
  return true;
}

/** Runs one command with its output shown; false when it exits with anything but 0. */
export function run({ program, args }: Step): Promise<boolean> {
  const binaries = join(root, "node_modules/.bin");
  return new Promise((resolve, reject) => {
    const child = spawn(program === "node" ? process.execPath : join(binaries, program), args, {
      cwd: root,
      stdio: "inherit",
      env: { ...process.env, PATH: `${binaries}:${process.env["PATH"] ?? ""}` },
    });
    child.on("error", reject);
    child.on("exit", (code) => resolve(code === 0));
  });
}
