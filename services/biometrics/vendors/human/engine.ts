/** Human's networks on the WASM backend: BlazeFace finds faces, FaceMesh aligns them by 468 points, FaceRes draws 1,024 numbers. */

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Picture } from "../face-vendor/decode-image.ts";
import type { Face, FaceEngine } from "../face-vendor/face.ts";
import { type MeshPoint, poseOf } from "./pose.ts";

/** Below this the detector is not sure that it is a face. */
const MIN_CONFIDENCE = 0.5;
/** Most faces that are looked for: one is wanted, two are too many. */
const MAX_FACES = 4;

/** What is used of the package; its own types name the DOM. */
interface Human {
  readonly tf: {
    tensor(values: Uint8Array, shape: readonly number[], type: "int32"): { dispose(): void };
  };
  load(): Promise<void>;
  detect(input: object): Promise<{ readonly face: readonly Found[]; readonly error: string | null }>;
}

interface Found {
  readonly boxScore: number;
  readonly box: readonly [x: number, y: number, width: number, height: number];
  readonly embedding?: readonly number[];
  readonly mesh: readonly MeshPoint[];
}

/** Loads the networks, all of them files of the package. */
export async function openEngine(): Promise<FaceEngine> {
  const require = createRequire(import.meta.url);
  // The build for WASM is not among the package's exports, so it is named by its path.
  const folder = packageFolder(require.resolve("@vladmandic/human"));
  const { Human }: { Human: new (config: object) => Human } = require(join(folder, "dist/human.node-wasm.js"));
  readFilesByFetch();
  const human = new Human({
    backend: "wasm",
    wasmPath: `${dirname(require.resolve("@tensorflow/tfjs-backend-wasm/package.json"))}/dist/`,
    modelBasePath: `${pathToFileURL(join(folder, "models")).href}/`,
    debug: false,
    // Each picture by itself: what was seen in the one before may be somebody else.
    cacheSensitivity: 0,
    filter: { enabled: false },
    face: {
      enabled: true,
      detector: { rotation: false, maxDetected: MAX_FACES, minConfidence: MIN_CONFIDENCE, skipFrames: 0, skipTime: 0 },
      mesh: { enabled: true },
      description: { enabled: true, skipFrames: 0, skipTime: 0 },
      iris: { enabled: false },
      emotion: { enabled: false },
      antispoof: { enabled: false },
      liveness: { enabled: false },
    },
    body: { enabled: false },
    hand: { enabled: false },
    object: { enabled: false },
    gesture: { enabled: false },
  });
  await human.load();
  return {
    async see({ width, height, rgb }: Picture) {
      const tensor = human.tf.tensor(rgb, [1, height, width, 3], "int32");
      try {
        const { face, error } = await human.detect(tensor);
        if (error !== null && error !== undefined) {
          throw new Error(error);
        }
        return face.map(toFace).sort((one, other) => other.sizePixels - one.sizePixels);
      } finally {
        tensor.dispose();
      }
    },
  };
}

function toFace({ boxScore, box, embedding, mesh }: Found): Face {
  if (embedding === undefined) {
    throw new Error("a face without a description");
  }
  return {
    confidence: boxScore,
    sizePixels: Math.min(box[2], box[3]),
    descriptor: Float32Array.from(embedding),
    pose: poseOf(mesh),
  };
}

/** The folder of the package that a file is in. */
function packageFolder(file: string): string {
  const end = file.indexOf("/dist/");
  if (end === -1) {
    throw new Error(`${file} is not where the package was`);
  }
  return file.slice(0, end);
}

/** The package asks for its models by `fetch`, which in Node knows no files. Of this thread only, which does nothing else. */
function readFilesByFetch(): void {
  const web = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    return url.startsWith("file:") ? new Response(await readFile(fileURLToPath(url))) : web(input, init);
  };
}
