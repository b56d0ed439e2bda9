import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startServer } from "../support/live-server.ts";
import { publishedPackages, repository } from "../support/repository.ts";
import { has } from "../support/requires.ts";
import { mustRun, runCommand } from "../support/run-command.ts";

/** The oldest Node that the packages claim to run on, as their `engines` say. */
const oldestNode = "22.18.0";

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly description: string;
  readonly engines: { readonly node: string };
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly bin?: Readonly<Record<string, string>>;
}

const packages = publishedPackages.map((folder) => ({
  folder,
  manifest: readManifest(join(repository, folder)),
}));

describe("published packages", () => {
  test.for(packages)(
    "$manifest.name says its license, what it is, and which Node it needs",
    ({ folder, manifest }) => {
      expect(manifest).toMatchObject({
        license: "MIT",
        engines: { node: `>=${oldestNode.replace(/\.0$/, "")}` },
      });
      expect(manifest.description).not.toBe("");
      expect(readdirSync(join(repository, folder))).toEqual(
        expect.arrayContaining(["LICENSE", "README.md"]),
      );
    },
  );
});

// A registry is asked for what the packages depend on, and for the oldest Node. Without one nothing of this can be shown.
const canInstall = has("a package registry", (await runCommand("npm", ["ping"])).code === 0);

describe.skipIf(!canInstall)("packed and installed packages", { timeout: 300_000 }, () => {
  let folder: string;
  let tarballs: readonly string[];

  beforeAll(async () => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), "consumer-")));
    tarballs = await Promise.all(
      packages.map(({ folder: source }) => pack(join(repository, source), folder)),
    );
    writeFileSync(
      join(folder, "package.json"),
      '{"name":"consumer","private":true,"type":"module"}',
    );
    await mustRun("npm", ["install", "--no-audit", "--no-fund", ...tarballs, "@types/node@24"], {
      cwd: folder,
    });
  }, 300_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.for(packages)("$manifest.name passes publint", async ({ folder: source }) => {
    const pkgDir = join(repository, source);
    const { messages, pkg } = await publint({ pkgDir, strict: true, pack: false });
    expect(
      messages.map((message) => formatMessage(message, pkg as Record<string, unknown>)),
    ).toEqual([]);
  });

  test.for(packages)(
    "$manifest.name is installed whole, with versions in place of workspace links",
    ({ manifest }) => {
      const installed = readManifest(join(folder, "node_modules", manifest.name));
      const ranges = Object.values(installed.dependencies ?? {});
      expect(ranges.filter((range) => /^(workspace|catalog|link|file):/.test(range))).toEqual([]);
      const files = readdirSync(join(folder, "node_modules", manifest.name), {
        recursive: true,
        encoding: "utf8",
      });
      expect(files).toEqual(
        expect.arrayContaining(["LICENSE", "README.md", "dist/index.mjs", "dist/index.d.mts"]),
      );
      expect(files.filter((file) => /\.test\.|__pycache__|(^|\/)tsconfig/.test(file))).toEqual([]);
    },
  );

  test.for(packages)("$manifest.name can be imported", async ({ manifest }) => {
    const args = ["--input-type=module", "-e", `await import("${manifest.name}")`];
    const result = await runCommand(process.execPath, args, { cwd: folder });
    expect(result).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  test("their types serve a consumer, without skipLibCheck", async () => {
    writeFileSync(
      join(folder, "consumer.ts"),
      readFileSync(join(import.meta.dirname, "consumer.ts")),
    );
    const compilerOptions = {
      strict: true,
      module: "nodenext",
      target: "es2024",
      lib: ["es2024", "esnext.disposable", "dom"],
      types: ["node"],
      noEmit: true,
    };
    writeFileSync(
      join(folder, "tsconfig.json"),
      JSON.stringify({ compilerOptions, files: ["consumer.ts"] }),
    );
    const { code, stdout } = await runCommand(join(repository, "node_modules/.bin/tsc"), [
      "-p",
      folder,
    ]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
  });

  test.for(["the pinned Node", "the oldest Node"])(
    "a program runs sessions with %s",
    async (which) => {
      const node = which === "the pinned Node" ? process.execPath : await nodeOf(oldestNode);
      writeFileSync(
        join(folder, "consumer.ts"),
        readFileSync(join(import.meta.dirname, "consumer.ts")),
      );
      // 22.18 is the first that takes types off by itself, but not `await using`, which is left to be compiled by others.
      const program = join(folder, "consumer.mjs");
      const flags =
        "--ignoreConfig --module nodenext --target es2022 --skipLibCheck --types node --lib es2024,esnext.disposable,dom";
      const compile = [...flags.split(" "), "--outDir", folder, join(folder, "consumer.ts")];
      await mustRun(join(repository, "node_modules/.bin/tsc"), compile, { cwd: folder });
      renameSync(join(folder, "consumer.js"), program);
      const { stdout } = await mustRun(node, [program], { cwd: folder });
      expect(JSON.parse(stdout)).toEqual({
        node: which === "the pinned Node" ? process.version : `v${oldestNode}`,
        shell: "42 /",
        python: "42",
      });
    },
  );

  test("the installed `holdfast` command runs code, with the oldest Node too", async () => {
    const bin =
      Object.values(readManifest(join(folder, "node_modules/@holdfast/server")).bin ?? {})[0] ?? "";
    const command = join(folder, "node_modules/@holdfast/server", bin);
    for (const node of [process.execPath, await nodeOf(oldestNode)]) {
      const result = await runCommand(node, [command, "exec", "--runtime", "bash", "-"], {
        input: "echo out; exit 3",
      });
      expect(result).toMatchObject({ code: 3, stdout: "out\n" });
    }
  });

  test("the installed server serves with the oldest Node, its console page too", async () => {
    const entry = join(folder, "node_modules/@holdfast/server/dist/index.mjs");
    await using server = await startServer({ entry, node: await nodeOf(oldestNode) });
    const page = await fetch(server.url);
    expect(page.status).toBe(200);
    expect(await page.text()).toMatch(/<html/i);
  });
});

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
}

/** Packs a package as it would be published and answers the tarball's path. */
async function pack(source: string, into: string): Promise<string> {
  const { stdout } = await mustRun("pnpm", ["pack", "--json", "--pack-destination", into], {
    cwd: source,
  });
  const { filename } = JSON.parse(stdout) as { readonly filename: string };
  return join(into, filename.split("/").at(-1) ?? "");
}

/** A Node of this version, kept between runs. Two that want it at once both fetch it; the first one stays. */
async function nodeOf(version: string): Promise<string> {
  const name = `node-linux-${process.arch}`;
  const home = join(repository, "node_modules", ".cache", `node-${version}`);
  const node = join(home, "node_modules", name, "bin", "node");
  if (existsSync(node)) return node;
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
  return node;
}
