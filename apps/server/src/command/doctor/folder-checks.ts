import { randomBytes } from "node:crypto";
import { access, constants, rm, statfs, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { defaultDataDirectory } from "../../data-directory.ts";
import { formatBytes } from "../terminal/format.ts";
import { type Check, failure, ok, warning } from "./check.ts";

const minFreeBytes = 256 * 1024 * 1024;

/** Where workers have their folders, and where the server keeps sessions. */
export function checkFolders(env: NodeJS.ProcessEnv): Promise<readonly Check[]> {
  return Promise.all([temporary(), data(env)]);
}

async function temporary(): Promise<Check> {
  const folder = tmpdir();
  const probe = join(folder, `holdfast-doctor-${randomBytes(8).toString("hex")}`);
  try {
    await writeFile(probe, "", { flag: "wx", mode: 0o600 });
    await rm(probe);
  } catch (error) {
    return failure(
      "tmp folder",
      `${folder}: ${(error as Error).message}`,
      "set TMPDIR to a folder that can be written to",
    );
  }
  return withSpace("tmp folder", folder, folder);
}

async function data(env: NodeJS.ProcessEnv): Promise<Check> {
  const named = env["HOLDFAST_DATA_DIR"] ?? "";
  const folder = named === "" ? defaultDataDirectory(env) : resolve(named);
  const existing = await nearest(folder);
  try {
    await access(existing, constants.W_OK | constants.X_OK);
  } catch {
    return warning(
      "data folder",
      `${folder} cannot be written to`,
      "set HOLDFAST_DATA_DIR; without one nothing is kept beyond the end of the server",
    );
  }
  return withSpace("data folder", folder, existing);
}

async function withSpace(name: string, folder: string, existing: string): Promise<Check> {
  const { bavail, bsize } = await statfs(existing);
  const freeBytes = bavail * bsize;
  const detail = `${folder}, ${formatBytes(freeBytes)} free`;
  return freeBytes >= minFreeBytes
    ? ok(name, detail)
    : warning(name, detail, "make room on its disk");
}

/** The folder, or that of its parents which is there. */
async function nearest(folder: string): Promise<string> {
  for (let at = folder; ; at = dirname(at)) {
    const isThere = await access(at).then(
      () => true,
      () => false,
    );
    if (isThere || at === dirname(at)) return at;
  }
}
