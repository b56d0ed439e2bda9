// Packs every package, installs them into empty projects and uses them as others would, on every Node in
// tests/support/supported-nodes.ts. The gate does the same on the oldest one alone. All arguments go to vitest.
import { spawnSync } from "node:child_process";

const args = ["run", "tests/packages", ...process.argv.slice(2)];
const env = { ...process.env, HOLDFAST_CONSUMER_NODES: "all" };
process.exitCode = spawnSync("vitest", args, { stdio: "inherit", env }).status ?? 1;
