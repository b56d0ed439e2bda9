import {
  existsSync,
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
import { docBlocksOf, docQuotes, matchesOutput } from "../support/doc-blocks.ts";
import { type LiveServer, startServer } from "../support/live-server.ts";
import { readManifest } from "../support/published-packages.ts";
import { publishedPackages, repository } from "../support/repository.ts";
import { runCommand } from "../support/run-command.ts";
import {
  canRun,
  docBlockFile,
  needServer,
  runDocBlock,
  writeCommands,
} from "../support/run-doc-block.ts";

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

let folder: string;
let bin: string;
beforeAll(() => {
  // The packages are found by name, as tests/ declares them.
  folder = mkdtempSync(join(tmpdir(), "examples-"));
  symlinkSync(join(repository, "tests/node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, "package.json"), '{"type":"module"}');
  bin = commands();
});
afterAll(() => rmSync(folder, { recursive: true }));

test.for(documents)("%s quotes files as they are", (name) => {
  for (const { path, line, code } of docQuotes(readFileSync(join(repository, name), "utf8"))) {
    const file = readFileSync(join(repository, path), "utf8");
    expect(file, `${name}:${line} is no part of ${path}`).toContain(`${code}\n`);
  }
});

test("the README has examples that run", () => {
  expect(examples.map(({ name }) => name)).toContain("README.md");
});

test("TypeScript examples have no type errors", async () => {
  const files = examples.flatMap(({ name, blocks }) =>
    blocks
      .filter(({ language }) => language === "ts")
      .map((block) => {
        writeFileSync(join(folder, docBlockFile(name, block)), block.code);
        return docBlockFile(name, block);
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
      if (needServer(blocks)) server = await startServer();
    });
    afterAll(async () => void (await server?.end()));

    for (const block of blocks) {
      test.skipIf(!canRun(block))(
        `${name}:${block.line} (${block.language}) runs and prints what it says`,
        async () => {
          const printed = await runDocBlock(block, {
            folder,
            document: name,
            url: server?.url ?? "",
            bin,
          });
          expect(printed).toSatisfy(
            (text: string) => block.output === null || matchesOutput(text, block.output),
          );
        },
      );
    }
  });
}

/** A folder with the commands that the packages install. */
function commands(): string {
  const server = join(repository, "apps/server");
  const entries = Object.entries(readManifest(server).bin ?? {});
  return writeCommands(
    folder,
    Object.fromEntries(entries.map(([name, path]) => [name, join(server, path)])),
  );
}
