// Tries the packed @hookbeam/react as a shop does: unpacked beside React, with the example of its own README, which
// must pass the type checker however modules are resolved, and draw something where there is no window.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const shop = join(root, "bin/try-react");
const place = join(shop, "node_modules/@hookbeam/react");
const run = (...command) =>
  execFileSync(command[0], command.slice(1), { cwd: shop, stdio: ["ignore", "inherit", "inherit"] });

rmSync(shop, { recursive: true, force: true });
mkdirSync(place, { recursive: true });
const { version } = JSON.parse(readFileSync(join(root, "ui/react/package.json"), "utf8"));
const packed = `hookbeam-react-${version}.tgz`;
run("tar", "xzf", join(root, "bin/packages", packed), "-C", place, "--strip-components=1");

const example = /```tsx\n(.*?)```/s.exec(readFileSync(join(place, "README.md"), "utf8"))?.[1];
if (!example?.includes("usePaymentStatus")) throw new Error("the package's README has no example");
writeFileSync(join(shop, "package.json"), '{"type":"module"}');
writeFileSync(join(shop, "example.tsx"), example);
for (const module of ["esnext", "nodenext"]) {
  const moduleResolution = module === "esnext" ? "bundler" : module;
  const compilerOptions = {
    strict: true,
    target: "es2022",
    jsx: "react-jsx",
    module,
    moduleResolution,
    types: [],
    noEmit: true,
  };
  writeFileSync(join(shop, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["example.tsx"] }));
  run("npx", "--no-install", "tsc", "-p", ".");
}

writeFileSync(
  join(shop, "draw.mjs"),
  `import { createElement } from "react";
import { renderToString } from "react-dom/server";
import { PaymentStatus } from "@hookbeam/react";
const drawn = renderToString(createElement(PaymentStatus, { token: "tok", url: "https://hooks.example.com" }));
if (!drawn.includes('role="status"')) throw new Error("it draws " + drawn);
`,
);
run("node", "draw.mjs");
process.stdout.write(`${packed} works as installed\n`);
