import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { published } from "./published-packages.ts";
import { repository } from "./repository.ts";
import { mustRun } from "./run-command.ts";

/** The first versions of Node that the packages claim to run on: the lower ends of what `engines` allows, oldest first. */
export function oldestNodes(): readonly string[] {
  return published[0]?.manifest.engines?.["node"]?.match(/\d+\.\d+\.\d+/g) ?? [];
}

/** The last release of the oldest line, and the last of all, as the registry has them. */
export async function newestNodes(): Promise<readonly string[]> {
  const { stdout } = await mustRun("npm", ["view", nodePackage(), "versions", "--json"]);
  const releases = (JSON.parse(stdout) as readonly string[])
    .filter((version) => /^\d+\.\d+\.\d+$/.test(version))
    .toSorted((one, other) => one.localeCompare(other, "en", { numeric: true }));
  const [line = ""] = (oldestNodes()[0] ?? "").split(".");
  return [releases.findLast((version) => version.startsWith(`${line}.`)), releases.at(-1)].filter(
    (version) => version !== undefined,
  );
}

/**
 * The Nodes on which packed packages are used: the oldest alone, and with `HOLDFAST_CONSUMER_NODES=all` the lower and
 * upper ends of what `engines` allows. Versions with commas between them are taken as they are.
 */
export async function consumerNodes(): Promise<readonly string[]> {
  const wanted = process.env["HOLDFAST_CONSUMER_NODES"] ?? "oldest";
  if (wanted === "oldest") return oldestNodes().slice(0, 1);
  if (wanted === "all") return [...new Set([...oldestNodes(), ...(await newestNodes())])];
  return wanted.split(",");
}

/** The folder with the `node` of a version, kept between runs. Two that want it at once both fetch it; the first stays. */
export async function folderOfNode(version: string): Promise<string> {
  const home = join(repository, "node_modules", ".cache", `node-${version}`);
  const folder = join(home, "node_modules", nodePackage(), "bin");
  if (existsSync(join(folder, "node"))) return folder;
  const fresh = `${home}.${process.pid}`;
  mkdirSync(fresh, { recursive: true });
  writeFileSync(join(fresh, "package.json"), '{"private":true}');
  const wanted = `${nodePackage()}@${version}`;
  await mustRun("npm", ["install", "--no-audit", "--no-fund", wanted], { cwd: fresh });
  try {
    renameSync(fresh, home);
  } catch {
    rmSync(fresh, { recursive: true });
  }
  return folder;
}

function nodePackage(): string {
  return `node-linux-${process.arch}`;
}
