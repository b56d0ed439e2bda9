import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "./repository.ts";
import { mustRun } from "./run-command.ts";

/**
 * The folder of an npm package in a version that the workspace does not have; fetched once and kept between runs. Two
 * that want it at once both fetch it; the first stays.
 */
export async function fetchedPackage(name: string, version: string): Promise<string> {
  const home = join(repository, "node_modules", ".cache", `${name}-${version}`);
  const folder = join(home, "node_modules", name);
  if (existsSync(join(folder, "package.json"))) return folder;
  const fresh = `${home}.${process.pid}`;
  mkdirSync(fresh, { recursive: true });
  writeFileSync(join(fresh, "package.json"), '{"private":true}');
  await mustRun("npm", ["install", "--no-audit", "--no-fund", `${name}@${version}`], {
    cwd: fresh,
  });
  try {
    renameSync(fresh, home);
  } catch {
    rmSync(fresh, { recursive: true });
  }
  return folder;
}
