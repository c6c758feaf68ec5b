/** face-api's networks on the WASM backend: SSD MobileNet finds faces, 68 landmarks align them, a ResNet draws 128 numbers. */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Picture } from "../face-vendor/decode-image.ts";
import type { Face, FaceEngine } from "../face-vendor/face.ts";
import { type Point, poseOf } from "./pose.ts";

/** Below this the detector is not sure that it is a face; faces of real pictures have 0.6 and more. */
const MIN_CONFIDENCE = 0.5;
/** Most faces that are looked for: one is wanted, two are too many. */
const MAX_FACES = 4;

/** What is used of the package; its own types name the DOM. */
interface FaceApi {
  readonly nets: Readonly<Record<string, { loadFromDisk(folder: string): Promise<void> }>>;
  readonly SsdMobilenetv1Options: new (options: { minConfidence: number; maxResults: number }) => object;
  detectAllFaces(tensor: Tensor, options: object): { withFaceLandmarks(): { withFaceDescriptors(): Promise<Found[]> } };
}

interface Tensor {
  dispose(): void;
}

interface Tensorflow {
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
  tensor3d(values: Int32Array, shape: readonly number[], type: "int32"): Tensor;
}

interface Found {
  readonly detection: { readonly score: number; readonly box: { readonly width: number; readonly height: number } };
  readonly landmarks: { readonly positions: readonly Point[] };
  readonly descriptor: Float32Array;
}

/** Loads the networks, all of them files of the package. */
export async function openEngine(): Promise<FaceEngine> {
  const require = createRequire(import.meta.url);
  // The build for WASM is not what the package's main is, and takes TensorFlow from beside it.
  const tensorflow: Tensorflow = require("@tensorflow/tfjs");
  const wasm: { setWasmPaths(folder: string): void } = require("@tensorflow/tfjs-backend-wasm");
  wasm.setWasmPaths(`${dirname(require.resolve("@tensorflow/tfjs-backend-wasm/package.json"))}/dist/`);
  const folder = dirname(require.resolve("@vladmandic/face-api/package.json"));
  const faceApi: FaceApi = require(join(folder, "dist/face-api.node-wasm.js"));
  if (!(await tensorflow.setBackend("wasm"))) {
    throw new Error("TensorFlow has no WASM backend here");
  }
  await tensorflow.ready();
  for (const name of ["ssdMobilenetv1", "faceLandmark68Net", "faceRecognitionNet"]) {
    await faceApi.nets[name]?.loadFromDisk(join(folder, "model"));
  }
  const options = new faceApi.SsdMobilenetv1Options({ minConfidence: MIN_CONFIDENCE, maxResults: MAX_FACES });
  return {
    async see({ width, height, rgb }: Picture) {
      const tensor = tensorflow.tensor3d(Int32Array.from(rgb), [height, width, 3], "int32");
      try {
        const found = await faceApi.detectAllFaces(tensor, options).withFaceLandmarks().withFaceDescriptors();
        return found.map(toFace).sort((one, other) => other.sizePixels - one.sizePixels);
      } finally {
        tensor.dispose();
      }
    },
  };
}

function toFace({ detection, landmarks, descriptor }: Found): Face {
  const { score, box } = detection;
  return {
    confidence: score,
    sizePixels: Math.min(box.width, box.height),
    descriptor: Float32Array.from(descriptor),
    pose: poseOf(landmarks.positions),
  };
}
