import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { defineConfig } from "@playwright/test";
import type { Mounted } from "./e2e/fixtures";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const chromium = execFileSync(at("../scripts/chromium"), { encoding: "utf8" }).trim();

/** The same tests three times: the binary itself, and behind a reverse proxy that keeps its prefix or strips it. */
export default defineConfig<Mounted>({
  testDir: at("e2e"),
  outputDir: at("e2e/results/traces"),
  // The stages beside this one use the other core: a second worker made both lanes slower.
  workers: 1,
  forbidOnly: Boolean(process.env["CI"]),
  reporter: [["list"]],
  // Generous, because other stages run beside this one: a busy machine must not fail a test. One that passes waits no
  // longer than it needs to.
  timeout: 180_000,
  expect: { timeout: 45_000 },
  use: {
    launchOptions: {
      executablePath: chromium,
      args: ["--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
    },
    viewport: { width: 1440, height: 810 },
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
  },
  projects: [
    { name: "direct", use: { mounted: { prefix: "/", proxied: false, strip: false } } },
    {
      name: "under-a-prefix",
      // What a payload shows, and how far a list scrolls, has nothing to do with the way that requests take.
      testIgnore: ["corpus*.spec.ts", "many.spec.ts", "screenshots.spec.ts"],
      use: { mounted: { prefix: "/hooks/", proxied: true, strip: false } },
    },
    {
      name: "prefix-stripped",
      testMatch: ["first-run.spec.ts", "live.spec.ts", "pages.spec.ts", "speed.spec.ts"],
      use: { mounted: { prefix: "/hooks/", proxied: true, strip: true } },
    },
  ],
});
