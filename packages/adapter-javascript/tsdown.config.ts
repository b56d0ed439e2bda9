import { defineConfig } from "tsdown";

export default defineConfig([
  {
    entry: ["src/index.ts"],
    format: "esm",
    dts: true,
    sourcemap: true,
    platform: "node",
    target: "node22",
  },
  // What runs in the session's process: files of its own, with all that they need.
  {
    entry: { worker: "src/worker/main.ts" },
    format: "cjs",
    dts: false,
    platform: "node",
    target: "node22",
    minify: true,
    clean: false,
    deps: { alwaysBundle: [/.*/] },
  },
]);
