import { defineConfig } from "vite";
import { compressFiles } from "./scripts/compress-files.js";
import { listFiles } from "./scripts/list-files.js";
import { sparkFiles } from "./scripts/spark-files.js";
import { threeSources } from "./scripts/three-sources.js";

export default defineConfig({
  base: "./", // chunks find each other beside themselves, wherever the server puts them
  plugins: [threeSources(), sparkFiles(), listFiles(), compressFiles()],
  worker: { format: "es" },
  build: {
    outDir: process.env.VIEWER_OUT ?? "../src/reelscape/web/static/viewer",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0, // no data: addresses, so the page's policy need not allow them
    chunkSizeWarningLimit: 1000,
    rolldownOptions: {
      input: { viewer: "src/main.ts" },
      output: {
        hashCharacters: "hex",
        codeSplitting: { groups: [{ name: "three", test: /node_modules\/three\/src\/renderers\// }] }, // and what they need
        entryFileNames: "[name].[hash:12].js",
        chunkFileNames: "[name].[hash:12].js",
        assetFileNames: "[name].[hash:12][extname]",
      },
    },
  },
});
