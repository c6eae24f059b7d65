import { resolve } from "node:path";
import { defineConfig } from "vite";

const source = (name) => resolve(import.meta.dirname, "src", name);

// Entry names are fixed so that templates can name them; everything else carries twelve hex digits of its
// content, which is what WhiteNoise recognises as cacheable for ever.
const HASHED = "parts/[name].[hash:12]";

export default defineConfig({
  base: "./",
  publicDir: false,
  worker: {
    format: "es",
    rollupOptions: { output: { entryFileNames: `${HASHED}.js`, chunkFileNames: `${HASHED}.js`, assetFileNames: `${HASHED}.[ext]`, hashCharacters: "hex" } },
  },
  // xmlbuilder2 (under vtk.js) extends node's EventEmitter; without these two the viewer is a white page.
  resolve: { alias: { events: "events/", url: "url/" } },
  build: {
    target: "es2022",
    outDir: resolve(import.meta.dirname, "..", "static", "dist"),
    emptyOutDir: true,
    chunkSizeWarningLimit: 5000,
    modulePreload: false,
    rollupOptions: {
      input: { app: source("app.js"), charts: source("charts.js"), viewer: source("viewer.js") },
      preserveEntrySignatures: "exports-only",
      output: {
        hashCharacters: "hex",
        entryFileNames: "[name].js",
        chunkFileNames: `${HASHED}.js`,
        assetFileNames: ({ names }) => (names[0] === "app.css" ? "app.css" : `${HASHED}.[ext]`),
      },
    },
  },
});
