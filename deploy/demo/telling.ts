/** How the demo speaks: a line per step, and a refusal that must come. */
import { EdgeError, type Json } from "./edge-client.ts";

/** A line of its own. */
export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** A step of the story. */
export function step(text: string): void {
  say(`  ${text}`);
}

/** Expects a refusal and tells its reason; a success would break the story. */
export async function refused(what: string, attempt: () => Promise<Json>): Promise<void> {
  try {
    await attempt();
  } catch (error) {
    if (error instanceof EdgeError && error.status < 500) {
      step(`refused ${what}: ${error.status} ${error.reason}`);
      return;
    }
    throw error;
  }
  throw new Error(`${what} was not refused`);
}
