/**
 * How often two vendors of faces are right, how long they take for a picture, and what their challenges stop: by the pictures
 * at hand, which are few. Prints the tables of faces.md.
 */
import { decodeImage, type Picture } from "../services/biometrics/vendors/face-vendor/decode-image.ts";
import type { FaceVendor } from "../services/biometrics/vendors/face-vendor/deps.ts";
import type { EngineModule, Face } from "../services/biometrics/vendors/face-vendor/face.ts";
import { type Action, faultOfFaces } from "../services/biometrics/vendors/face-vendor/judge-frames.ts";
import { ASTRONAUT_PLACE, astronaut, groupPhoto } from "../services/biometrics/vendors/face-vendor/testing/pictures.ts";
import {
  cropped,
  mirrored,
  raised,
  relit,
  toJpeg,
  turned,
  warped,
} from "../services/biometrics/vendors/face-vendor/testing/warp.ts";

const VENDORS: Readonly<Record<string, () => Promise<FaceVendor>>> = {
  "face-api": async () => (await import("../services/biometrics/vendors/face-api/program.ts")).faceApi,
  human: async () => (await import("../services/biometrics/vendors/human/program.ts")).human,
};
const PHOTOS = [1, 2, 3, 4, 5, 6];
const MOVES: Readonly<Record<"turn_left" | "turn_right" | "look_up", (by: number) => ReturnType<typeof turned>>> = {
  turn_left: (by) => turned(ASTRONAUT_PLACE, by),
  turn_right: (by) => turned(ASTRONAUT_PLACE, -by),
  look_up: (by) => raised(ASTRONAUT_PLACE, by),
};
const ASKED = Object.keys(MOVES).filter((name): name is keyof typeof MOVES => name in MOVES);

for (const [name, vendorOf] of Object.entries(VENDORS)) {
  const vendor = await vendorOf();
  const engine = await ((await import(vendor.engine.href)) as EngineModule).openEngine();
  const took: number[] = [];
  const see = async (picture: Picture): Promise<Face[]> => {
    const before = performance.now();
    const faces = await engine.see(picture);
    took.push(performance.now() - before);
    return faces;
  };
  const one = await astronaut();
  const straight = only(await see(one));
  const changed: Face[] = [];
  for (const picture of changesOf(one)) {
    changed.push(only(await see(again(picture))));
  }
  const took256 = meanOf(took.splice(0));
  const groups = [];
  for (const number of PHOTOS) {
    groups.push(await see(await groupPhoto(number)));
  }
  const isMatch = (a: Face, b: Face) =>
    vendor.scale.score(a.descriptor, b.descriptor) >= vendor.scale.thresholdBasisPoints;
  const different = groups.flatMap((faces) => [
    ...faces.flatMap((a, index) => faces.slice(index + 1).map((b) => [a, b] as const)),
    ...faces.map((a) => [a, straight] as const),
  ]);
  const rightSame = changed.filter((face) => isMatch(straight, face)).length;
  const rightDifferent = different.filter(([a, b]) => !isMatch(a, b)).length;
  print(
    name,
    `${rightSame} of ${changed.length}`,
    `${rightDifferent} of ${different.length}`,
    `${groups.flat().length}`,
    `${took256.toFixed(0)} ms`,
    `${meanOf(took).toFixed(0)} ms`,
  );
  const moved = new Map<string, Face>();
  for (const action of ASKED) {
    moved.set(action, only(await see(again(warped(one, MOVES[action](0.16))))));
  }
  const still = changed.slice(0, 3);
  const orders = ordersOf(ASKED);
  const passes = (framesOf: (order: readonly Action[]) => readonly Face[]) =>
    `${orders.filter((order) => faultOfFaces(order, [straight, ...framesOf(order)], vendor.scale) === undefined).length} of ${orders.length}`;
  const movesOf = (order: readonly string[]) => order.flatMap((action) => moved.get(action) ?? []);
  print(
    `${name}, challenges passed`,
    `still photograph ${passes(() => still)}`,
    `one recording for all ${passes(() => movesOf(["turn_left", "turn_right", "look_up"]))}`,
    `warped as asked ${passes(movesOf)}`,
  );
}

/** The same photograph as other cameras, crops and encoders might have it. */
function changesOf(picture: Picture): Picture[] {
  return [
    relit(picture, 0.8, 10),
    relit(picture, 1.2, 5),
    relit(picture, 0.6, 60),
    relit(picture, 0.5, 0),
    mirrored(picture),
    cropped(picture, 10, 10, 230),
    cropped(picture, 30, 20, 210),
    cropped(picture, 40, 40, 190),
    ...ASKED.map((action) => warped(picture, MOVES[action](0.08))),
    ...ASKED.map((action) => warped(picture, MOVES[action](0.16))),
  ];
}

/** As it comes back from a file of poor quality. */
function again(picture: Picture): Picture {
  const decoded = decodeImage(toJpeg(picture, 60));
  if (typeof decoded === "string") {
    throw new Error(decoded);
  }
  return decoded;
}

function only(faces: readonly Face[]): Face {
  const [face, another] = faces;
  if (face === undefined || another !== undefined) {
    throw new Error(`${faces.length} faces where there is one`);
  }
  return face;
}

/** Every order of three actions, none twice in a row. */
function ordersOf(actions: readonly Action[]): Action[][] {
  return actions.flatMap((first) =>
    actions
      .filter((second) => second !== first)
      .flatMap((second) => actions.filter((third) => third !== second).map((third) => [first, second, third])),
  );
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function print(...cells: readonly string[]): void {
  process.stdout.write(`| ${cells.join(" | ")} |\n`);
}
