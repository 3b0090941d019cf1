// Measures, gzipped, what others wait for, and fails above the limits: the JavaScript of a first visit to the dashboard
// (the entry and all that it imports statically), and each script that other people's pages load.
import { existsSync, readFileSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";

const firstLoad = 120_000;
const scripts = { "embed/hookbeam.js": 6 * 1024, "embed/page.js": 4.5 * 1024 };
const dist = new URL("../dist/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", dist), "utf8"));

const first = new Set();
const visit = (name) => {
  if (first.has(name)) return;
  first.add(name);
  for (const imported of manifest[name].imports ?? []) visit(imported);
};
visit("src/main.tsx");

/** A file as Vite wrote it: make has replaced it by its gzip form, npm run build alone has not. */
const read = (file) => {
  const packed = new URL(`${file}.gz`, dist);
  return existsSync(packed) ? gunzipSync(readFileSync(packed)) : readFileSync(new URL(file, dist));
};
const sizeOf = (file) => gzipSync(read(file), { level: 9 }).length;
const say = (size, words) => process.stdout.write(`${(size / 1000).toFixed(1).padStart(7)} KB  ${words}\n`);
const fail = (words) => {
  process.stderr.write(`${words}\n`);
  process.exitCode = 1;
};

let total = 0;
for (const name of first) {
  const { file } = manifest[name];
  const size = sizeOf(file);
  total += size;
  say(size, file);
}
say(total, `first load, of ${firstLoad / 1000} KB`);
if (total > firstLoad) fail("The first load is over its limit: load lazily what is not needed at once.");

for (const [file, limit] of Object.entries(scripts)) {
  const size = sizeOf(file);
  say(size, `${file}, of ${(limit / 1000).toFixed(1)} KB`);
  if (size > limit) fail(`${file} is over its limit: other people's pages wait for it.`);
}
