import { existsSync, readFileSync, readdirSync } from "node:fs";
import { builtinModules } from "node:module";
import { dirname, join, relative, resolve } from "node:path";
import { parseAst } from "vitest/node";

const scope = "@holdfast/";
/** What is in the `dist` of a package and so is not installed with it; of the console, which is a page, that is all. */
const bundled: Readonly<Record<string, readonly string[]>> = {
  [`${scope}core`]: ["msgpackr"],
};
/** Floors of core, from the ground up; a folder imports those on its own floor or below, never above. */
const coreFloors = [
  ["errors", "time"],
  ["telemetry"],
  ["framing"],
  ["protocol"],
  ["channel"],
  ["worker"],
  ["checkpoint"],
  ["session"],
  ["store"],
  ["pool"],
  ["host"],
];

interface Manifest {
  readonly name: string;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** One workspace package. `path` is relative to the repository, `folder` absolute. */
interface Member {
  readonly kind: "packages" | "apps" | "tests";
  readonly path: string;
  readonly folder: string;
  readonly manifest: Manifest;
}

interface Workspace {
  readonly root: string;
  readonly manifest: Manifest;
  readonly members: ReadonlyMap<string, Member>;
}

/**
 * Looks for imports that the rules forbid. Arrows point down: core and client import nothing of ours, adapters import core only,
 * apps import packages, nothing imports an app but tests/; no circle of packages, or of files in one; nothing imports
 * its own package's `index.ts` or reaches into another package's files; what is imported is declared, and the reverse.
 * @param root the repository, or a folder of the same shape
 * @returns one line for each violation, `file: what is wrong`; empty when there is none
 */
export function checkBoundaries(root: string): readonly string[] {
  const members = [...membersIn(root, "packages"), ...membersIn(root, "apps")];
  if (existsSync(join(root, "tests", "package.json"))) members.push(member(root, "tests", "tests"));
  const workspace: Workspace = {
    root,
    manifest: readManifest(root),
    members: new Map(members.map((each) => [each.manifest.name, each])),
  };
  const packageCircles = circles(members.map(({ manifest }) => [manifest.name, ours(manifest)]));
  return [
    ...members.flatMap((each) => [
      ...checkManifest(each, workspace),
      ...checkFiles(each, workspace),
    ]),
    ...packageCircles.map(
      (path) => `package.json: packages import each other in a circle: ${path.join(" -> ")}`,
    ),
  ];
}

function membersIn(root: string, kind: "packages" | "apps"): readonly Member[] {
  const folder = join(root, kind);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, "package.json")))
    .map((name) => member(root, kind, join(kind, name)));
}

function member(root: string, kind: Member["kind"], path: string): Member {
  const folder = join(root, path);
  return { kind, path, folder, manifest: readManifest(folder) };
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
}

/** Why one of our packages must not import another; `null` when it may. */
function refusal(from: Member, to: Member): string | null {
  if (to.kind === "tests") return "nothing imports tests";
  if (from.kind === "tests") return null;
  if (to.kind === "apps") return "nothing imports an app";
  if (from.manifest.name === `${scope}core`) return "core imports nothing of ours";
  // It is sent to pages, and speaks to a server alone.
  if (from.manifest.name === `${scope}client`) return "the client imports nothing of ours";
  const isAdapter = from.manifest.name.startsWith(`${scope}adapter-`);
  return isAdapter && to.manifest.name !== `${scope}core` ? "adapters import core only" : null;
}

function ours({ dependencies, devDependencies, peerDependencies }: Manifest): readonly string[] {
  const all = Object.keys({ ...dependencies, ...devDependencies, ...peerDependencies });
  return all.filter((name) => name.startsWith(scope));
}

function checkManifest(from: Member, { members }: Workspace): readonly string[] {
  return ours(from.manifest).flatMap((name) => {
    const to = members.get(name);
    const reason = to === undefined ? "there is no such package" : refusal(from, to);
    return reason === null ? [] : [`${from.path}/package.json: depends on ${name}: ${reason}`];
  });
}

function checkFiles(from: Member, workspace: Workspace): readonly string[] {
  const violations: string[] = [];
  const graph: [string, string[]][] = [];
  const wanted = Object.keys(from.manifest.dependencies ?? {});
  const mentioned = new Set<string>();
  for (const file of sourceFiles(from.folder)) {
    const text = readFileSync(file, "utf8");
    const targets: string[] = [];
    for (const specifier of importsOf(text, file)) {
      const target = specifier.startsWith(".") ? resolve(dirname(file), specifier) : null;
      if (target !== null) targets.push(target);
      const reason =
        target === null
          ? refusedPackage({ from, file, specifier, workspace })
          : refusedFile({ from, file, target, workspace });
      if (reason !== null)
        violations.push(`${relative(workspace.root, file)}: imports ${specifier}: ${reason}`);
    }
    graph.push([file, targets]);
    for (const name of wanted) if (text.includes(name)) mentioned.add(name);
  }
  for (const path of circles(graph)) {
    const shown = path.map((file) => relative(from.folder, file)).join(" -> ");
    violations.push(`${from.path}: files import each other in a circle: ${shown}`);
  }
  for (const name of wanted) {
    if (!mentioned.has(name))
      violations.push(`${from.path}/package.json: depends on ${name}: no file of it does`);
  }
  return violations;
}

interface FileImport {
  readonly from: Member;
  readonly file: string;
  readonly target: string;
  readonly workspace: Workspace;
}

function refusedFile({ from, file, target, workspace }: FileImport): string | null {
  const isOwn = !relative(from.folder, target).startsWith("..");
  const isScript = !relative(join(workspace.root, "scripts"), target).startsWith("..");
  const mayUseScripts = from.kind === "tests" || file === join(from.folder, "tsdown.config.ts");
  if (!isOwn) return mayUseScripts && isScript ? null : "it is outside of the package";
  if (target === join(from.folder, "src", "index.ts")) return "its own package's index.ts";
  if (from.manifest.name !== `${scope}core`) return null;
  const [fromFloor, toFloor] = [floorOf(from.folder, file), floorOf(from.folder, target)];
  if (fromFloor === -1 || toFloor <= fromFloor) return null;
  return `${coreFloors[fromFloor]?.join("/")} stands below ${coreFloors[toFloor]?.join("/")}`;
}

function floorOf(folder: string, path: string): number {
  const [top, name = ""] = relative(folder, path).split("/");
  return top === "src" ? coreFloors.findIndex((names) => names.includes(name)) : -1;
}

interface PackageImport {
  readonly from: Member;
  readonly file: string;
  readonly specifier: string;
  readonly workspace: Workspace;
}

function refusedPackage({ from, file, specifier, workspace }: PackageImport): string | null {
  if (specifier.startsWith("node:")) return null;
  const name = packageName(specifier);
  if (builtinModules.includes(name)) return `write node:${specifier}`;
  if (name === from.manifest.name) return "its own package by name";
  const to = workspace.members.get(name);
  const reason = to === undefined ? null : refusal(from, to);
  if (reason !== null) return reason;
  if (
    to !== undefined &&
    specifier !== name &&
    !(`.${specifier.slice(name.length)}` in (to.manifest.exports ?? {}))
  ) {
    return `${name} does not export it`;
  }
  const { dependencies, peerDependencies, devDependencies } = from.manifest;
  const isForUsers = relative(from.folder, file).startsWith("src/") && !file.endsWith(".test.ts");
  // Users get no devDependencies.
  const isBundled =
    from.manifest.name === `${scope}console` || bundled[from.manifest.name]?.includes(name);
  const needsDependency = isForUsers && from.kind !== "tests" && !isBundled;
  const declared = { ...dependencies, ...peerDependencies };
  const alsoDeclared = needsDependency
    ? {}
    : { ...devDependencies, ...workspace.manifest.devDependencies };
  return name in declared || name in alsoDeclared
    ? null
    : `not declared in ${from.path}/package.json`;
}

function packageName(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

/** TypeScript and JavaScript of a package, not what is built or installed. */
function sourceFiles(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (["node_modules", "dist", ".turbo"].includes(entry.name)) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sourceFiles(path);
    return /\.(tsx?|mts|m?js)$/.test(entry.name) && !entry.name.endsWith(".d.ts") ? [path] : [];
  });
}

/** What a file imports: types and dynamic imports of a literal too. */
function importsOf(text: string, file: string): readonly string[] {
  const specifiers: string[] = [];
  const visit = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    const { type, source } = node as {
      readonly type?: unknown;
      readonly source?: { readonly value?: unknown } | null;
    };
    if (
      typeof type === "string" &&
      /^(Import|ExportAll|ExportNamed)Declaration$|^(TSImportType|ImportExpression)$/.test(type)
    ) {
      if (typeof source?.value === "string") specifiers.push(source.value);
    }
    for (const value of Object.values(node)) visit(value);
  };
  const lang = file.endsWith(".tsx") ? "tsx" : /\.m?js$/.test(file) ? "jsx" : "ts";
  visit(parseAst(text, { lang }, file));
  return specifiers;
}

/** One path for each circle in a graph of nodes and what they point to. */
function circles(
  graph: readonly (readonly [string, readonly string[]])[],
): readonly (readonly string[])[] {
  const edges = new Map(graph);
  const found: string[][] = [];
  const done = new Set<string>();
  const walk = (node: string, path: readonly string[]): void => {
    const at = path.indexOf(node);
    if (at !== -1) return void found.push([...path.slice(at), node]);
    if (done.has(node)) return;
    for (const next of edges.get(node) ?? []) walk(next, [...path, node]);
    done.add(node);
  };
  for (const node of edges.keys()) walk(node, []);
  return found;
}
