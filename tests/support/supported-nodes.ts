import { join } from "node:path";
import { fetchedPackage } from "./fetched-package.ts";
import { published } from "./published-packages.ts";
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

/** The folder with the `node` of a version. */
export async function folderOfNode(version: string): Promise<string> {
  return join(await fetchedPackage(nodePackage(), version), "bin");
}

function nodePackage(): string {
  return `node-linux-${process.arch}`;
}
