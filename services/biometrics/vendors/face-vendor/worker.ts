/** The thread that an engine runs in, so that calls are taken and cancelled while it computes. */
import { createHash } from "node:crypto";
import { parentPort, workerData } from "node:worker_threads";
import { decodeImage } from "./decode-image.ts";
import type { EngineModule, Sight } from "./face.ts";

/** A picture to look at. */
export interface WorkerRequest {
  readonly id: number;
  readonly image: Uint8Array;
}

/** What the thread says: once that it is ready, then one answer per picture. */
export type WorkerAnswer =
  | { readonly kind: "ready" }
  | { readonly kind: "seen"; readonly id: number; readonly sight: Sight }
  | { readonly kind: "failed"; readonly id: number; readonly message: string };

const port = parentPort;
if (port === null) {
  throw new Error("runs as a worker thread only");
}
const { openEngine }: EngineModule = await import(String(workerData));
const engine = await openEngine();

port.on("message", ({ id, image }: WorkerRequest) => {
  look(image).then(
    (sight) => say({ kind: "seen", id, sight }),
    (error: unknown) => say({ kind: "failed", id, message: String(error) }),
  );
});
say({ kind: "ready" });

async function look(image: Uint8Array): Promise<Sight> {
  const picture = decodeImage(image);
  if (typeof picture === "string") {
    return { fault: picture };
  }
  return { faces: await engine.see(picture), digest: createHash("sha256").update(picture.rgb).digest() };
}

function say(answer: WorkerAnswer): void {
  port?.postMessage(answer);
}
