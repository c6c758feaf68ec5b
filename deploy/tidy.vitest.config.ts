import { defineConfig } from "vitest/config";

/** The rules of the house alone: they read sources and start nothing. */
export default defineConfig({
  test: { root: new URL("..", import.meta.url).pathname, include: ["platform/tidy.test.ts"] },
});
