import { fileURLToPath } from "node:url";
import { defineConfig, type EnvironmentOptions } from "vite";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const script = (name: string): EnvironmentOptions => ({
  consumer: "client",
  build: {
    target: "es2022",
    outDir: here("dist/embed"),
    emptyOutDir: false,
    rolldownOptions: { input: here(`embed/${name}.ts`), output: { entryFileNames: `${name}.js` } },
  },
});

/**
 * What other people's pages load: each script one file, under a name that stays. It is built after the dashboard, which
 * empties the folder.
 */
export default defineConfig({
  root: here("."),
  environments: { hookbeam: script("hookbeam"), page: script("page") },
  builder: {
    async buildApp(builder) {
      for (const name of ["hookbeam", "page"]) {
        const environment = builder.environments[name];
        if (environment) await builder.build(environment);
      }
    },
  },
});
