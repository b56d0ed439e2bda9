import { readFileSync } from "node:fs";
import { join } from "node:path";
import { publishedPackages, repository } from "./repository.ts";
import { mustRun } from "./run-command.ts";

/** What of a `package.json` is looked at. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly description?: string;
  readonly keywords?: readonly string[];
  readonly files?: readonly string[];
  readonly sideEffects?: boolean;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly engines?: Readonly<Record<string, string>>;
  readonly publishConfig?: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** A package of the workspace that is published. */
export interface PublishedPackage {
  readonly name: string;
  /** Relative to the repository. */
  readonly path: string;
  readonly folder: string;
  readonly manifest: Manifest;
}

/** A package as it would be sent to a registry. */
export interface PackedPackage extends PublishedPackage {
  readonly tarball: string;
}

export const published: readonly PublishedPackage[] = publishedPackages.map((path) => {
  const folder = join(repository, path);
  const manifest = readManifest(folder);
  return { name: manifest.name, path, folder, manifest };
});

export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
}

/** What of a package can be imported: the keys of its `exports` that are modules. */
export function modulesOf({ exports = {} }: Manifest): readonly string[] {
  return Object.keys(exports).filter((entry) => !entry.endsWith(".json"));
}

/** Packs every published package into a folder. They must be built. */
export function packAll(into: string): Promise<readonly PackedPackage[]> {
  return Promise.all(published.map((each) => pack(each, into)));
}

async function pack(each: PublishedPackage, into: string): Promise<PackedPackage> {
  const args = ["pack", "--json", "--pack-destination", into];
  const { stdout } = await mustRun("pnpm", args, { cwd: each.folder });
  const { filename } = JSON.parse(stdout) as { readonly filename: string };
  return { ...each, tarball: join(into, filename.split("/").at(-1) ?? "") };
}
