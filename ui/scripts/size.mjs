// Sums what a first visit loads of JavaScript, gzipped: the entry and everything it imports statically. Fails above the limit.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const limit = 120_000;
const dist = new URL("../dist/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", dist), "utf8"));

const first = new Set();
const visit = (name) => {
  if (first.has(name)) return;
  first.add(name);
  for (const imported of manifest[name].imports ?? []) visit(imported);
};
visit("src/main.tsx");

let total = 0;
for (const name of first) {
  const { file } = manifest[name];
  const size = gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length;
  total += size;
  process.stdout.write(`${(size / 1000).toFixed(1).padStart(7)} KB  ${file}\n`);
}
process.stdout.write(`${(total / 1000).toFixed(1).padStart(7)} KB  first load, of ${limit / 1000} KB\n`);
if (total > limit) {
  process.stderr.write("The first load is over its limit: load lazily what is not needed at once.\n");
  process.exitCode = 1;
}
