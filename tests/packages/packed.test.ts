import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type PackedPackage,
  packAll,
  published,
  readManifest,
} from "../support/published-packages.ts";
import { mustRun, runCommand } from "../support/run-command.ts";

/** A package that outgrows it has taken in what it should depend on, or what nobody needs. */
const maxTarballBytes = 1_000_000;

let folder: string;
let packed: ReadonlyMap<string, PackedPackage>;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "packed-"));
  packed = new Map((await packAll(folder)).map((each) => [each.name, each]));
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.for(published)("$name, packed", ({ name, folder: source, manifest }) => {
  let tarball: Uint8Array<ArrayBuffer>;
  let unpacked: string;
  let files: readonly string[];
  beforeAll(async () => {
    const path = packed.get(name)?.tarball ?? "";
    tarball = new Uint8Array(readFileSync(path));
    unpacked = join(folder, name);
    mkdirSync(unpacked, { recursive: true });
    await mustRun("tar", ["-xzf", path, "-C", unpacked, "--strip-components=1"]);
    files = readdirSync(unpacked, { recursive: true, encoding: "utf8" }).filter((file) =>
      statSync(join(unpacked, file)).isFile(),
    );
  });

  test("passes publint", async () => {
    const { messages, pkg } = await publint({ pkgDir: unpacked, strict: true, pack: false });
    expect(
      messages.map((message) => formatMessage(message, pkg as Record<string, unknown>)),
    ).toEqual([]);
  });

  test("has types that are right for every way to resolve ES modules", async () => {
    const analysis = await checkPackage(createPackageFromTarballData(tarball));
    expect(analysis.types).toMatchObject({ kind: "included" });
    // Packages of ES modules alone: node10 does not know `exports`, CommonJS gets them by `require(esm)` or `import()`.
    const problems = (analysis.types === false ? [] : analysis.problems).filter(
      (problem) =>
        !("resolutionKind" in problem && /node10|node16-cjs/.test(problem.resolutionKind)),
    );
    expect(problems).toEqual([]);
  });

  test("could be published", async () => {
    const args = ["publish", "--dry-run", "--no-git-checks", "--json"];
    const { code, stdout, stderr } = await runCommand("pnpm", args, { cwd: source });
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(JSON.parse(stdout)).toMatchObject({ name, version: manifest.version });
    const warnings = stderr.split("\n").filter((line) => /\bWARN|\bERR/.test(line));
    expect(warnings.filter((line) => !line.includes("(dry run)"))).toEqual([]);
  });

  test("has what is needed and nothing else", () => {
    expect(files).toEqual(expect.arrayContaining(["LICENSE", "README.md", "package.json"]));
    const folders = (manifest.files ?? []).filter((entry) => !entry.startsWith("!"));
    const others = files.filter((file) => {
      const [top = ""] = file.split("/");
      return !["LICENSE", "README.md", "CHANGELOG.md", "package.json", ...folders].includes(top);
    });
    expect(others).toEqual([]);
    const unwanted = /\.test\.|__pycache__|(^|\/)(src|tests|tsconfig.*|\..*)(\/|$)|\.tsx?$/;
    expect(files.filter((file) => unwanted.test(file.replace(/\.d\.m?ts$/, "")))).toEqual([]);
    expect(tarball.length).toBeLessThan(maxTarballBytes);
  });

  test("names versions where the workspace has links", () => {
    const { dependencies, peerDependencies } = readManifest(unpacked);
    const ranges = Object.values({ ...dependencies, ...peerDependencies });
    expect(ranges.filter((range) => /^(workspace|catalog|link|file):/.test(range))).toEqual([]);
  });

  test("can be debugged: source maps have the sources in them", () => {
    const maps = files.filter((file) => file.endsWith(".mjs.map"));
    for (const map of maps) {
      const { sources, sourcesContent } = JSON.parse(readFileSync(join(unpacked, map), "utf8")) as {
        readonly sources: readonly string[];
        readonly sourcesContent: readonly unknown[];
      };
      expect(sourcesContent).toHaveLength(sources.length);
      expect(sourcesContent).not.toContain(null);
    }
  });

  test("passes the licence on of all code of others that is in it", () => {
    const licenses = files
      .filter((file) => file.endsWith("third-party-licenses.txt"))
      .map((file) => readFileSync(join(unpacked, file), "utf8"))
      .join("\n");
    const code = files
      .filter((file) => file.endsWith(".mjs"))
      .map((file) => readFileSync(join(unpacked, file), "utf8"));
    const bundled = code.flatMap((text) =>
      [...text.matchAll(/^\/\/ .*\/node_modules\/((?:@[^/\n]+\/)?[^/\n]+)\/.*$/gm)].map(
        ([, other]) => other ?? "",
      ),
    );
    // The console's page is minified and names none: all that it declares is in it.
    const inPage = name === "@holdfast/console" ? Object.keys(manifest.devDependencies ?? {}) : [];
    const copied = files.some((file) => file.includes("swagger-ui")) ? ["swagger-ui-dist"] : [];
    for (const other of new Set([...bundled, ...inPage, ...copied]))
      expect(licenses).toMatch(new RegExp(`^${other} \\d+\\.\\d+\\.\\d+`, "m"));
  });
});
