import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { type PackedPackage, packAll, published } from "../support/published-packages.ts";
import { repository } from "../support/repository.ts";
import { mustRun, runCommand } from "../support/run-command.ts";
import { folderOfNode } from "../support/supported-nodes.ts";

/** The README of the repository, and those of the packages, as they are packed. */
export const readmes = [
  { name: "the repository", readme: join(repository, "README.md") },
  ...published.map(({ name, folder }) => ({ name, readme: join(folder, "README.md") })),
];

/** An empty project into which all packages were installed as tarballs. Dispose of it to remove it. */
export interface ConsumerProject extends Disposable {
  readonly folder: string;
  readonly packages: readonly PackedPackage[];
  /** The executable. */
  readonly node: string;
  /** With that Node first on its PATH. */
  readonly env: NodeJS.ProcessEnv;
  /** What the package manager printed on stderr, by lines. */
  readonly warnings: readonly string[];
  /** Runs JavaScript with that Node, in the project. */
  readonly run: (code: string) => ReturnType<typeof runCommand>;
  /** Compiles a TypeScript file for a Node that does not know all of its syntax, and answers the JavaScript file. */
  readonly compile: (file: string) => Promise<string>;
}

/**
 * Packs all packages and installs them with npm, as a user of this Node would; a package whose `engines` leave that Node
 * out fails the installation. Nothing of ours comes from a registry.
 */
export async function installWithNpm(version: string): Promise<ConsumerProject> {
  return install(version, "npm", async (folder, packages, env) => {
    const tarballs = packages.map(({ tarball }) => tarball);
    const args = ["install", "--no-audit", "--no-fund", "--engine-strict", ...tarballs];
    return mustRun("npm", args, { cwd: folder, env });
  });
}

/** Likewise with pnpm, whose `node_modules` give a package what it declares and nothing else. */
export async function installWithPnpm(version: string): Promise<ConsumerProject> {
  return install(version, "pnpm", async (folder, packages, env) => {
    const files = packages.map(({ name, tarball }) => [name, `file:${tarball}`] as const);
    const overrides = files.map(([name, file]) => `  "${name}": "${file}"\n`).join("");
    writeFileSync(join(folder, "pnpm-workspace.yaml"), `overrides:\n${overrides}`);
    writeManifest(folder, Object.fromEntries(files));
    return mustRun("pnpm", ["install", "--no-frozen-lockfile"], { cwd: folder, env });
  });
}

/** What a package manager prints of the machine's own settings, and what it says without being asked. */
const ofTheMachine = /Unknown (user|env|project|builtin) config|npm notice/;

type Installer = (
  folder: string,
  packages: readonly PackedPackage[],
  env: NodeJS.ProcessEnv,
) => ReturnType<typeof runCommand>;

async function install(version: string, kind: string, installer: Installer) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), `consumer-${kind}-`)));
  const bin = await folderOfNode(version);
  const env = { ...process.env, PATH: [bin, process.env["PATH"]].join(delimiter) };
  const tarballs = join(folder, "tarballs");
  mkdirSync(tarballs);
  const packages = await packAll(tarballs);
  writeManifest(folder, {});
  const { stderr } = await installer(folder, packages, env);
  const node = join(bin, "node");
  return {
    folder,
    packages,
    node,
    env,
    warnings: stderr.split("\n").filter((line) => line !== "" && !ofTheMachine.test(line)),
    run: (code: string) =>
      runCommand(node, ["--input-type=module", "-e", code], { cwd: folder, env }),
    compile: (file: string) => compile(file, folder),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  } satisfies ConsumerProject;
}

function writeManifest(folder: string, dependencies: Readonly<Record<string, string>>): void {
  const manifest = { name: "consumer", private: true, type: "module", dependencies };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
}

/** `await using` is not in Node 22: as TypeScript takes it down for a lower target. */
async function compile(file: string, folder: string): Promise<string> {
  const script = join(repository, "tests/node_modules/esbuild/bin/esbuild");
  const out = file.replace(/\.ts$/, ".mjs");
  await mustRun(script, [file, "--format=esm", "--target=node22", `--outfile=${out}`], {
    cwd: folder,
  });
  return out;
}

/** Whatever a package brings along, by the lock file of npm. */
export interface InstalledDependency {
  readonly path: string;
  readonly license?: string;
  readonly hasInstallScript?: boolean;
}

/** All that npm installed besides our packages. */
export function installedByNpm({ folder }: ConsumerProject): readonly InstalledDependency[] {
  const lock = JSON.parse(readFileSync(join(folder, "package-lock.json"), "utf8")) as {
    readonly packages: Readonly<Record<string, Omit<InstalledDependency, "path">>>;
  };
  return Object.entries(lock.packages)
    .filter(([path]) => path !== "" && !path.startsWith("node_modules/@holdfast/"))
    .map(([path, rest]) => ({ path, ...rest }));
}
