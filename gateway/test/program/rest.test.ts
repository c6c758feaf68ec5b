/** REST through the program itself, in front of a server that knows only gRPC. */
import { describe, test } from "vitest";
import { bodies } from "./cases/bodies.ts";
import type { Case } from "./cases/case.ts";
import { errors } from "./cases/errors.ts";
import { headers } from "./cases/headers.ts";
import { httpBodies } from "./cases/http-bodies.ts";
import { masks } from "./cases/masks.ts";
import { names } from "./cases/names.ts";
import { paths } from "./cases/paths.ts";
import { query } from "./cases/query.ts";
import { responses } from "./cases/responses.ts";
import { routing } from "./cases/routing.ts";
import { wellKnown } from "./cases/well-known.ts";
import { check } from "./check.ts";
import { onEveryStage } from "./stage.ts";

const tables: Readonly<Record<string, readonly Case[]>> = {
  routing,
  paths,
  query,
  bodies,
  "well-known types": wellKnown,
  responses,
  "HTTP bodies": httpBodies,
  errors,
  headers,
  masks,
  names,
};

onEveryStage((stage) => {
  describe.each(Object.entries(tables))("%s", (_name, cases) => {
    test.each(cases)("$clause: $target", async (one) => {
      await check(stage.edge.url, one);
    });
  });
});
