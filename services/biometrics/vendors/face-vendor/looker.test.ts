import { deflateSync } from "node:zlib";
import { PNG } from "pngjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openLogger } from "#platform/telemetry/log.ts";
import { type Looker, openLooker } from "./looker.ts";
import { ENDS_AT, FAILS_AT } from "./testing/crashing-engine.ts";

const picture = (width: number) => new Uint8Array(PNG.sync.write(new PNG({ width, height: 8 })));
const patience = () => AbortSignal.timeout(20_000);

let looker: Looker;
beforeAll(async () => {
  looker = await openLooker(new URL("./testing/crashing-engine.ts", import.meta.url), openLogger("test", "fatal"));
});
afterAll(() => looker.close());

describe("a looker", () => {
  it("goes on after a picture that its thread died of", async () => {
    const [died, next] = [looker.see(picture(ENDS_AT), patience()), looker.see(picture(8), patience())];
    await expect(died).rejects.toThrow("cannot be reached");
    expect(await next).toMatchObject({ faces: [] });
  });

  it("goes on after a picture that its engine failed at", async () => {
    await expect(looker.see(picture(FAILS_AT), patience())).rejects.toThrow("cannot be reached");
    expect(await looker.see(picture(8), patience())).toMatchObject({ faces: [] });
  });

  it("takes no more than can wait, and drops who left", async () => {
    const leaving = new AbortController();
    const all = Array.from({ length: 40 }, () => looker.see(picture(8), leaving.signal));
    leaving.abort(new Error("left"));
    const outcomes = await Promise.allSettled(all);
    const reasons = outcomes.map((one) => (one.status === "rejected" ? String(one.reason.message) : "seen"));
    expect(reasons.filter((reason) => reason.includes("more work is waiting")).length).toBe(40 - 17);
    expect(reasons.filter((reason) => reason === "left").length).toBe(17);
    expect(await looker.see(picture(8), patience())).toMatchObject({ faces: [] });
  });

  it("says of a damaged picture that it is one", async () => {
    expect(await looker.see(new Uint8Array(deflateSync(Buffer.alloc(10))), patience())).toEqual({
      fault: "image_invalid",
    });
  });
});
