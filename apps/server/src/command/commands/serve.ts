import type { Command } from "commander";
import { defineCommand, lazily } from "../define.ts";
import { integerBetween } from "../options.ts";

export function defineServe(): Command {
  return defineCommand("serve", {
    description: "serve sessions over HTTP, with the console page",
    examples: [
      ["holdfast serve", "and open http://127.0.0.1:4650"],
      ["HOLDFAST_TOKEN=… holdfast serve --host 0.0.0.0", "for others, too"],
      ["holdfast serve --memory --port 0", "leaves nothing behind"],
    ],
    notes: `
Each option stands for the environment variable behind it; prefer that for the token and for the password of a Redis,
since others can read command lines. SIGTERM and Ctrl-C end all sessions and then the server; a second one ends it
at once.`,
  })
    .option(
      "--host <address>",
      "address to listen on; localhost is both loopback families (HOST, 127.0.0.1)",
    )
    .option("--port <number>", "port; 0 for a free one (PORT, 4650)", integerBetween(0, 65_535))
    .option(
      "--token <text>",
      "bearer token that requests need; without one only loopback addresses are served (HOLDFAST_TOKEN)",
    )
    .option(
      "--data-dir <path>",
      "folder of what is kept beyond the end of the server (HOLDFAST_DATA_DIR, ~/.local/state/holdfast)",
    )
    .option(
      "--store <url>",
      "Redis for sessions in the place of a file there, as redis://host:6379/0 (HOLDFAST_STORE)",
    )
    .option("--memory", "keep nothing beyond the end of the server (HOLDFAST_MEMORY=1)")
    .option("--log <level>", "requests, errors or silent (HOLDFAST_LOG)")
    .action(lazily(async () => (await import("../actions/serve.ts")).serve));
}
