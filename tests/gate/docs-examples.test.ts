import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type DocBlock, docBlocksOf, matchesOutput } from "../support/doc-blocks.ts";
import { type LiveServer, startServer } from "../support/live-server.ts";
import { publishedPackages, repository } from "../support/repository.ts";
import { has } from "../support/requires.ts";
import { mustRun, runCommand } from "../support/run-command.ts";

const documents = [
  "README.md",
  "CONTRIBUTING.md",
  ...readdirSync(join(repository, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
  ...publishedPackages.map((folder) => `${folder}/README.md`),
].filter((name) => existsSync(join(repository, name)));

const examples = documents
  .map((name) => ({ name, blocks: docBlocksOf(join(repository, name)) }))
  .filter(({ blocks }) => blocks.length > 0);

/** Stands for the server of a document. */
const address = /(http:\/\/)?(localhost|127\.0\.0\.1):4650/g;

let folder: string;
beforeAll(() => {
  // The packages are found by name, as tests/ declares them.
  folder = mkdtempSync(join(tmpdir(), "examples-"));
  symlinkSync(join(repository, "tests/node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, "package.json"), '{"type":"module"}');
});
afterAll(() => rmSync(folder, { recursive: true }));

test("the README has examples that run", () => {
  expect(examples.map(({ name }) => name)).toContain("README.md");
});

test("TypeScript examples have no type errors", async () => {
  const files = examples.flatMap(({ name, blocks }) =>
    blocks
      .filter(({ language }) => language === "ts")
      .map((block) => {
        writeFileSync(join(folder, fileName(name, block)), block.code);
        return fileName(name, block);
      }),
  );
  const base = JSON.parse(readFileSync(join(repository, "tsconfig.base.json"), "utf8")) as {
    compilerOptions: object;
  };
  const compilerOptions = {
    ...base.compilerOptions,
    typeRoots: [join(repository, "node_modules/@types")],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files }));
  const { stdout, code } = await runCommand(join(repository, "node_modules/.bin/tsc"), [
    "-p",
    folder,
  ]);
  expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
});

for (const { name, blocks } of examples) {
  describe(`examples of ${name}`, () => {
    // One server for a document, so that an example can go on with what the one before it made.
    let server: LiveServer | null = null;
    beforeAll(async () => {
      if (blocks.some((block) => isShell(block.language) || block.code.match(address) !== null))
        server = await startServer();
    });
    afterAll(async () => void (await server?.end()));

    for (const block of blocks) {
      const canRun = !block.code.includes("curl") || has("curl");
      test.skipIf(!canRun)(
        `${name}:${block.line} (${block.language}) runs and prints what it says`,
        async () => {
          const printed = await runBlock(name, block, server?.url ?? "");
          expect(printed).toSatisfy(
            (text: string) => block.output === null || matchesOutput(text, block.output),
          );
        },
      );
    }
  });
}

async function runBlock(name: string, block: DocBlock, url: string): Promise<string> {
  if (block.language === "ts") {
    const file = join(folder, fileName(name, block));
    writeFileSync(file, block.code.replaceAll(address, url));
    return (await mustRun(process.execPath, [file], { cwd: folder })).stdout;
  }
  if (block.language === "python")
    return (await mustRun("python3", ["-c", block.code], { cwd: folder })).stdout;
  if (!isShell(block.language))
    throw new Error(`${name}:${block.line}: ${block.language} cannot be run`);
  const code = block.code.replaceAll(address, url);
  const env = { ...process.env, PATH: `${commands()}:${process.env["PATH"]}`, HOLDFAST_URL: url };
  return (await mustRun("bash", ["-euo", "pipefail", "-c", code], { cwd: folder, env })).stdout;
}

/** A folder with the commands that the packages install. */
function commands(): string {
  const bin = join(folder, "bin");
  if (existsSync(bin)) return bin;
  const server = join(repository, "apps/server");
  const manifest = JSON.parse(readFileSync(join(server, "package.json"), "utf8")) as {
    bin?: Record<string, string>;
  };
  mkdirSync(bin);
  for (const [command, path] of Object.entries(manifest.bin ?? {})) {
    const script = `#!/bin/sh\nexec '${process.execPath}' '${join(server, path)}' "$@"\n`;
    writeFileSync(join(bin, command), script, { mode: 0o755 });
  }
  return bin;
}

function isShell(language: string): boolean {
  return language === "bash" || language === "sh";
}

function fileName(name: string, { line }: DocBlock): string {
  return `${name.replaceAll(/[^A-Za-z0-9]/g, "-")}-${line}.ts`;
}
