import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The package's one module; React stays outside. */
export default defineConfig({
  root: here("."),
  build: {
    target: "es2022",
    outDir: here("../../bin/react-package"),
    emptyOutDir: true,
    lib: { entry: here("index.ts"), formats: ["es"], fileName: () => "index.js" },
    rolldownOptions: { external: /^react(\/|$)/ },
  },
});
