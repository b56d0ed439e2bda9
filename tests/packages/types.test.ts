import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { docBlocksOf } from "../support/doc-blocks.ts";
import { fetchedPackage } from "../support/fetched-package.ts";
import { modulesOf, published } from "../support/published-packages.ts";
import { repository } from "../support/repository.ts";
import { has } from "../support/requires.ts";
import { runCommand } from "../support/run-command.ts";
import { docBlockFile } from "../support/run-doc-block.ts";
import { oldestNodes } from "../support/supported-nodes.ts";
import {
  type ConsumerProject,
  installWithNpm,
  installWithPnpm,
  readmes,
} from "./consumer-project.ts";

const canInstall = has("a package registry", (await runCommand("npm", ["ping"])).code === 0);
const [oldestNode = ""] = oldestNodes();
/** The oldest TypeScript that docs/releasing.md names is tried beside the newest when every Node is. */
const compilers =
  process.env["HOLDFAST_CONSUMER_NODES"] === "all" ? ["as here", "5.8.3"] : ["as here"];

describe.skipIf(!canInstall)("compiled and bundled by others", { timeout: 120_000 }, () => {
  let project: ConsumerProject;
  let programs: readonly string[];
  beforeAll(async () => {
    project = await installWithNpm(oldestNode);
    const program = join(project.folder, "consumer.ts");
    copyFileSync(join(import.meta.dirname, "consumer.ts"), program);
    const examples = readmes.flatMap(({ name, readme }) =>
      docBlocksOf(readme)
        .filter(({ language }) => language === "ts")
        .map((block) => {
          const file = join(project.folder, docBlockFile(name, block));
          writeFileSync(file, block.code);
          return file;
        }),
    );
    programs = [program, ...examples];
  }, 240_000);
  afterAll(() => project?.[Symbol.dispose]());

  test.for(
    ["nodenext", "bundler"].flatMap((kind) => compilers.map((version) => [kind, version] as const)),
  )(
    "types serve a strict project that resolves as %s, with TypeScript %s",
    async ([moduleResolution, compiler]) => {
      const compilerOptions = {
        strict: true,
        exactOptionalPropertyTypes: true,
        noUncheckedIndexedAccess: true,
        skipLibCheck: moduleResolution === "bundler", // as most who bundle have it
        module: moduleResolution === "bundler" ? "preserve" : moduleResolution,
        moduleResolution,
        target: "es2024",
        lib: ["es2024", "esnext.disposable", "dom"],
        types: ["node"],
        typeRoots: [join(repository, "node_modules/@types")],
        noEmit: true,
      };
      const config = join(project.folder, `tsconfig.${moduleResolution}.json`);
      writeFileSync(config, JSON.stringify({ compilerOptions, files: programs }));
      const typescript =
        compiler === "as here"
          ? join(repository, "node_modules/typescript")
          : await fetchedPackage("typescript", compiler);
      const args = [join(typescript, "bin/tsc"), "-p", config];
      const { code, stdout } = await runCommand(process.execPath, args);
      expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    },
  );

  test("the client, bundled for a browser, has nothing of Node in it", async () => {
    const client = published.find(({ name }) => name === "@holdfast/client");
    const entries = client === undefined ? [] : modulesOf(client.manifest);
    expect(entries).toContain(".");
    const contents = entries.map((entry) => `export * from "@holdfast/client${entry.slice(1)}";`);
    const { metafile, outputFiles } = await build({
      stdin: { contents: contents.join("\n"), resolveDir: project.folder },
      bundle: true,
      format: "esm",
      platform: "browser", // where a module of Node cannot be resolved, which is an error
      metafile: true,
      write: false,
      logLevel: "silent",
    });
    const inputs = Object.keys(metafile.inputs).filter((path) => path !== "<stdin>");
    expect(inputs.filter((path) => !path.includes("/@holdfast/client/dist/"))).toEqual([]);
    expect(outputFiles[0]?.text).not.toMatch(/\bprocess\.|\bBuffer\b|\brequire\(/);
  });

  test("with pnpm, each package finds all that it imports among what it declares", async () => {
    using strict = await installWithPnpm(oldestNode);
    for (const { name } of published) {
      const result = await strict.run(`await import("${name}")`);
      expect({ name, ...result }).toMatchObject({ name, code: 0, stdout: "" });
    }
  });
});
