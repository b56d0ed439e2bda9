import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** The repository's root. */
export const repository = join(import.meta.dirname, "..", "..");

/** Folders of the packages that are published: those of the workspace that are not private. */
export const publishedPackages: readonly string[] = ["packages", "apps"]
  .flatMap((parent) => readdirSync(join(repository, parent)).map((name) => `${parent}/${name}`))
  .filter((folder) => {
    const manifest = join(repository, folder, "package.json");
    if (!existsSync(manifest)) return false;
    return (JSON.parse(readFileSync(manifest, "utf8")) as { private?: boolean }).private !== true;
  });
