/** Pictures for tests and figures: an astronaut's, changed, and faces of the group photos that face-api's package brings. */
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { decodeImage, type Picture } from "../decode-image.ts";
import { cropped, type FacePlace, raised, relit, sideBySide, toJpeg, turned, warped } from "./warp.ts";

/** Where the astronaut's face is in astronaut.jpg. */
export const ASTRONAUT_PLACE: FacePlace = { x: 134, y: 125, width: 100 };

/** The astronaut, looking straight ahead. */
export async function astronaut(): Promise<Picture> {
  return decoded(await readFile(new URL("./astronaut.jpg", import.meta.url)));
}

/** A group photo of face-api's package, by its number, 1 to 6. */
export async function groupPhoto(number: number): Promise<Picture> {
  const folder = dirname(createRequire(import.meta.url).resolve("@vladmandic/face-api/package.json"));
  return decoded(await readFile(join(folder, "demo", `sample${number}.jpg`)));
}

/** One of the persons of the first group photo. */
export async function somebody(): Promise<Picture> {
  return cropped(await groupPhoto(1), 1_397, 140, 360);
}

/** A picture without a face. */
export function landscape(): Picture {
  const [width, height] = [256, 256];
  const rgb = Uint8Array.from({ length: width * height * 3 }, (_, index) => {
    const [x, y] = [Math.floor(index / 3) % width, Math.floor(index / 3 / width)];
    return index % 3 === 2 ? 220 - y / 2 : 120 + 60 * Math.sin(x / 30) * Math.cos(y / 40);
  });
  return { width, height, rgb };
}

/** How far heads are moved in the frames: shares of the face's width. */
const MOVES = [0.15, 0.17];

/** The suite's parameters, as files in a folder that the operating system cleans. */
export async function writePictures(): Promise<Readonly<Record<string, string>>> {
  const folder = await mkdtemp(join(tmpdir(), "malla-faces-"));
  const [one, other] = [await astronaut(), await somebody()];
  const write = async (name: string, picture: Picture): Promise<string> => {
    const file = join(folder, `${name}.jpg`);
    await writeFile(file, toJpeg(picture));
    return file;
  };
  const frames = async (name: string, warpOf: (by: number) => ReturnType<typeof turned>): Promise<string> =>
    (await Promise.all(MOVES.map((by) => write(`${name}-${by}`, warped(one, warpOf(by)))))).join(",");
  return {
    face_a1: await write("a1", one),
    face_a2: await write("a2", relit(cropped(one, 16, 8, 224), 0.85, 12)),
    face_b: await write("b", other),
    no_face: await write("none", landscape()),
    several_faces: await write("several", sideBySide(one, cropped(other, 40, 20, 300))),
    frame_straight: await write("straight", relit(one, 1.02, 0)),
    frames_turn_left: await frames("left", (by) => turned(ASTRONAUT_PLACE, by)),
    frames_turn_right: await frames("right", (by) => turned(ASTRONAUT_PLACE, -by)),
    frames_look_up: await frames("up", (by) => raised(ASTRONAUT_PLACE, by)),
  };
}

function decoded(file: Uint8Array): Picture {
  const picture = decodeImage(file);
  if (typeof picture === "string") {
    throw new Error(`a picture of the tests is ${picture}`);
  }
  return picture;
}
