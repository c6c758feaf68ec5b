import { defineConfig } from "vitest/config";

/** Tests of the ledger that need no server: what each mutant is run against. */
export default defineConfig({
  test: {
    root: new URL("../../../..", import.meta.url).pathname,
    include: ["services/ledger/{domain,engine}/**/*.test.ts", "services/ledger/test/sim/**/*.test.ts"],
    testTimeout: 60_000,
    pool: "forks",
  },
});
