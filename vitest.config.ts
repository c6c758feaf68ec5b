import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{platform,services,gateway,deploy,bench,conformance}/**/*.test.ts"],
    globalSetup: ["platform/testing/global-setup.ts"],
    // Real servers take their time on a busy machine; what waits does so for a condition, with a deadline of its own.
    testTimeout: 30_000,
    hookTimeout: 120_000,
    pool: "forks",
    reporters: ["default"],
  },
});
