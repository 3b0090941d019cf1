import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

/**
 * The layers of the dashboard, lowest first. A file imports from its own layer and from those below it:
 * - `lib` knows no React component and no noun of Hookbeam but what the API returns.
 * - `ui` are components that would serve any program.
 * - `entities` are what several features show: a delivery, a status, an endpoint, with their queries and widgets.
 * - `features` are screens. None imports another.
 * - `app` joins the features, and connects them to the live connection.
 * Tests and their `testing` files may import from above: a screen's test lets the live cache feed it.
 */
const layers = ["lib", "ui", "entities", "features", "app"];

/** The one file that subscribes to the live connection. */
const liveCache = "app/live-cache.ts";

const root = fileURLToPath(new URL(".", import.meta.url));
const rankOf = (file: string) => layers.indexOf(file.split("/")[0] ?? "");
const featureOf = (file: string) => /^features\/([^/]+)/.exec(file)?.[1];

/** What is wrong with a file, by its path below `src` and its text. */
function problems(file: string, text: string): string[] {
  const imported = [...text.matchAll(/\b(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)].map(([, path = ""]) =>
    relative(root, join(root, dirname(file), path)),
  );
  const wrong = imported.filter((path) => {
    if (rankOf(path) > rankOf(file)) return true;
    const [own, other] = [featureOf(file), featureOf(path)];
    return own !== undefined && other !== undefined && own !== other;
  });
  const follows = file !== liveCache && /\blive\s*\.\s*follow\s*\(/.test(text);
  return [...wrong.map((path) => `${file} imports ${path}`), ...(follows ? [`${file} follows the log`] : [])];
}

const sources = readdirSync(root, { recursive: true, encoding: "utf8" })
  .map((path) => path.replaceAll("\\", "/"))
  .filter(
    (path) => /\.tsx?$/.test(path) && !/\.test\.tsx?$|\/testing\.tsx?$|\.gen\.ts$/.test(path) && path.includes("/"),
  );

describe("the layers of the dashboard", () => {
  it("are imported one way, and only the live cache follows the log", () => {
    expect(sources.length).toBeGreaterThan(150);
    expect(sources.filter((file) => rankOf(file) < 0)).toEqual([]);
    expect(sources.flatMap((file) => problems(file, readFileSync(join(root, file), "utf8")))).toEqual([]);
  });

  const broken: Record<string, [file: string, text: string]> = {
    "lib imports an entity": ["lib/format.ts", 'import type { Tone } from "../entities/status/status";'],
    "a component imports an entity, over two lines": [
      "ui/tag.tsx",
      'import {\n  Tone,\n} from "../entities/status/status";',
    ],
    "an entity imports a feature": [
      "entities/status/queries.ts",
      'import { x } from "../../features/statuses/statuses";',
    ],
    "a feature loads the app": [
      "features/statuses/status-filter-bar.tsx",
      'const App = lazy(() => import("../../app/app"));',
    ],
    "a feature imports another": [
      "features/statuses/status-filter-bar.tsx",
      'import { x } from "../deliveries/terms";',
    ],
    "a deep file of a feature imports another": [
      "features/deliveries/detail/tries.tsx",
      'export { x } from "../../statuses/flags";',
    ],
    "another file follows the log": ["features/statuses/status-filter-bar.tsx", "live.follow({ missed })"],
  };
  for (const [name, [file, text]] of Object.entries(broken)) {
    it(`are broken where ${name}`, () => expect(problems(file, text)).toHaveLength(1));
  }

  it("are kept by what is beside and below", () => {
    const text = 'import { a } from "./queries";\nimport { b } from "../../lib/api";\nimport { c } from "react";';
    expect(problems("entities/status/status.ts", text)).toEqual([]);
    expect(problems("features/deliveries/detail/tries.tsx", 'import { a } from "../terms";')).toEqual([]);
    expect(problems(liveCache, "live.follow({ missed })")).toEqual([]);
  });
});
