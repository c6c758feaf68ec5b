/** What the tests run on: the program in front of each upstream there is. */
import { afterAll, beforeAll, describe } from "vitest";
import { buildDescriptors, type CaseDescriptors } from "./descriptors.ts";
import { type EdgeProcess, startEdge } from "./edge-process.ts";
import { hasGo, startGoUpstream } from "./upstream/go.ts";
import { startUpstream, type Upstream } from "./upstream/server.ts";

/** A stage that is set: read its parts inside tests only. */
export interface Stage {
  readonly edge: EdgeProcess;
  readonly upstream: Upstream;
  readonly descriptors: CaseDescriptors;
}

const languages: Readonly<Record<string, (descriptors: CaseDescriptors) => Promise<Upstream>>> = hasGo
  ? { "a server in TypeScript": startUpstream, "a server in Go": startGoUpstream }
  : { "a server in TypeScript": startUpstream };
if (!hasGo) console.log("no go here: the upstream in Go is left out");

/** Headers of the cases that pass, in and out. */
const passing = ["--request-header", "x-*", "--response-header", "x-*"];

/** Defines tests before every upstream. @param args more arguments of the program */
export function onEveryStage(define: (stage: Stage) => void, args: readonly string[] = []): void {
  for (const [language, start] of Object.entries(languages)) {
    describe(`in front of ${language}`, () => define(onStage(start, args)));
  }
}

/** Sets a stage for the tests beside it. */
export function onStage(start = startUpstream, args: readonly string[] = []): Stage {
  let set: Stage | undefined;
  beforeAll(async () => {
    const descriptors = buildDescriptors();
    const upstream = await start(descriptors);
    const edge = await startEdge(["--descriptors", descriptors.path, "--upstream", upstream.url, ...passing, ...args]);
    set = { descriptors, upstream, edge };
  });
  afterAll(async () => {
    await set?.edge.stop();
    set?.upstream.close();
  });
  const read = (): Stage => {
    if (set === undefined) throw new Error("the stage is not set yet");
    return set;
  };
  return {
    get edge() {
      return read().edge;
    },
    get upstream() {
      return read().upstream;
    },
    get descriptors() {
      return read().descriptors;
    },
  };
}
