import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";

/** What a bundler tells of a file that it writes. */
interface OutputFile {
  readonly type: "chunk" | "asset";
  readonly moduleIds?: readonly string[];
}

/** The part of a plugin of Rolldown, and so of tsdown, that is needed here. */
interface BundlePlugin {
  readonly name: string;
  generateBundle(
    this: { emitFile(file: { type: "asset"; fileName: string; source: string }): unknown },
    options: unknown,
    bundle: Readonly<Record<string, OutputFile>>,
  ): void;
}

/**
 * Writes `third-party-licenses.txt` beside the bundles of a package: name, version and licence text of every package
 * whose code is in them, as those licences ask of whoever passes the code on.
 * @param more folders of packages whose files are copied and not bundled
 * @throws Error for a package without a licence text
 */
export function thirdPartyLicenses(more: readonly string[] = []): BundlePlugin {
  return {
    name: "third-party-licenses",
    generateBundle(_, bundle) {
      const modules = Object.values(bundle).flatMap((file) => file.moduleIds ?? []);
      const source = licenseTexts([...modules.filter(isInstalled).map(packageFolder), ...more]);
      if (source !== "")
        this.emitFile({ type: "asset", fileName: "third-party-licenses.txt", source });
    },
  };
}

/** Name, version and licence of the packages in these folders, each once, sorted. */
export function licenseTexts(folders: readonly string[]): string {
  const texts = new Map(folders.map((folder) => licenseText(folder)));
  return [...texts]
    .toSorted(([one], [other]) => one.localeCompare(other))
    .map(([title, text]) => `${title}\n\n${text}\n`)
    .join(`\n${"-".repeat(80)}\n\n`);
}

function licenseText(folder: string): [title: string, text: string] {
  const { name, version, license } = readManifest(folder);
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|notice)(\.|$)/i.test(file));
  if (files.length === 0) throw new Error(`${name} ${version} has no licence text in ${folder}`);
  const text = files.map((file) => readFileSync(join(folder, file), "utf8").trim()).join("\n\n");
  return [`${name} ${version} (${license})`, text];
}

function isInstalled(id: string): boolean {
  return /[\\/]node_modules[\\/]/.test(id) && !id.startsWith("\0");
}

/** The nearest folder above a file whose manifest has a version; parts of a package may have manifests without. */
function packageFolder(file: string): string {
  let folder = dirname(file);
  while (!existsSync(join(folder, "package.json")) || readManifest(folder).version === undefined)
    folder = dirname(folder);
  return folder;
}

function readManifest(folder: string): {
  readonly name?: string;
  readonly version?: string;
  readonly license?: string;
} {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as object;
}
