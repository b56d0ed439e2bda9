import { defineConfig } from "tsdown";

export default defineConfig({
  entry: {
    index: "src/index.ts",
    "bash-tool": "src/agents/bash-tool.ts",
    "command-tools": "src/agents/command-tools.ts",
    "python-tool": "src/agents/python-tool.ts",
    "tool-parts": "src/agents/tool-parts.ts",
  },
  format: "esm",
  dts: true,
  sourcemap: true,
  platform: "neutral",
  fixedExtension: true,
  target: "es2022",
});
