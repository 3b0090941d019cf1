import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** A busy machine is no reason to fail. */
const testTimeout = 60_000;

/** What ends in `.test.ts` is plain code; `.test.tsx` runs in a page, as does all that is made for others' pages. */
export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  test: {
    restoreMocks: true,
    projects: [
      { test: { name: "code", include: ["src/**/*.test.ts", "react/**/*.test.ts"], environment: "node", testTimeout } },
      {
        test: {
          name: "page",
          include: ["src/**/*.test.tsx", "embed/**/*.test.ts", "react/**/*.test.tsx"],
          environment: "jsdom",
          setupFiles: ["src/page-tests.ts"],
          testTimeout,
        },
      },
    ],
  },
});
