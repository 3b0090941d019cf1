// Packs @hookbeam/react into bin/packages: one module, the declarations that it needs, and who may do what with it.
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const made = join(root, "bin/react-package");
const run = (...command) =>
  execFileSync(command[0], command.slice(1), { cwd: root, stdio: ["ignore", "ignore", "inherit"] });

run("npx", "--no-install", "vite", "build", "--config", "ui/react/vite.config.ts", "--logLevel", "warn");
run("npx", "--no-install", "tsc", "-p", "ui/react");
declare("react/index", new Set());
for (const file of ["package.json", "README.md"]) copyFileSync(join(root, "ui/react", file), join(made, file));
copyFileSync(join(root, "LICENSE"), join(made, "LICENSE"));

mkdirSync(join(root, "bin/packages"), { recursive: true });
const { version } = JSON.parse(readFileSync(join(made, "package.json"), "utf8"));
const tarball = join(root, `bin/packages/hookbeam-react-${version}.tgz`);
rmSync(tarball, { force: true });
run("npm", "pack", "--silent", "--offline", "--pack-destination", "bin/packages", "./bin/react-package");
process.stdout.write(`${relative(root, tarball)}\n`);

/** Takes a declaration and those that it names, which Node finds only under their whole names. */
function declare(name, done) {
  if (done.has(name)) return;
  done.add(name);
  const text = readFileSync(join(made, "all-types", `${name}.d.ts`), "utf8");
  const whole = text.replace(/(from |import\()"(\.[^"]*)"/g, (_, before, path) => {
    declare(join(dirname(name), path), done);
    return `${before}"${path}.js"`;
  });
  const taken = join(made, "types", `${name}.d.ts`);
  mkdirSync(dirname(taken), { recursive: true });
  writeFileSync(taken, whole);
}
