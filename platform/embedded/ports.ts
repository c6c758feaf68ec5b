/** TCP ports of this machine. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";

/**
 * Ports are given from below 32,768, where Linux starts to take ports for outgoing connections: a port that was given
 * stays free until its server takes it, and while that server is being started anew.
 */
const FIRST_PORT = 20_000;
const LAST_PORT = 32_767;

/** Ports given by this process: none is given twice. */
const given = new Set<number>();

/** Whether nobody listens on the port now. */
export function isPortFree(port: number, host = "127.0.0.1"): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, host, () => probe.close(() => resolve(true)));
  });
}

/** A port that is free now. */
export async function freePort(host = "127.0.0.1"): Promise<number> {
  const count = LAST_PORT - FIRST_PORT + 1;
  const start = Math.floor(Math.random() * count);
  for (let step = 0; step < count; step++) {
    const port = FIRST_PORT + ((start + step) % count);
    if (!given.has(port)) {
      given.add(port);
      if (await isPortFree(port, host)) {
        return port;
      }
    }
  }
  throw new Error(`no port from ${FIRST_PORT} to ${LAST_PORT} is free on ${host}`);
}

/** The port written in `file` while it is free, else a new one, which is written there. */
export async function keptPort(file: string): Promise<number> {
  const kept = existsSync(file) ? Number(readFileSync(file, "utf8")) : 0;
  if (Number.isInteger(kept) && kept > 0 && kept <= 65_535 && (await isPortFree(kept))) {
    given.add(kept);
    return kept;
  }
  const port = await freePort();
  writeFileSync(file, String(port));
  return port;
}
