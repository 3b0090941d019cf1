import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** A running Hookbeam that answers what the dashboard asks while it is developed. */
const server = process.env["HOOKBEAM_DEV_SERVER"] ?? "http://127.0.0.1:8080";

/** Go embeds ui/dist, which must therefore exist in a clone where nothing was built yet. */
const keepFolder: Plugin = {
  name: "keep-folder",
  apply: "build",
  closeBundle: () => writeFileSync(here("dist/.keep"), ""),
};

export default defineConfig({
  root: here("."),
  base: "./",
  plugins: [react(), tailwindcss(), keepFolder],
  build: {
    manifest: true,
    target: "es2022",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    rolldownOptions: { input: here("src/main.tsx") },
  },
  server: {
    proxy: {
      "^/(api|login|in|web)/": { target: server, ws: true },
      "/login": { target: server },
    },
  },
});
