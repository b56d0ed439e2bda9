import { copyFileSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { docBlocksOf, matchesOutput } from "../support/doc-blocks.ts";
import { fetchedPackage } from "../support/fetched-package.ts";
import { type LiveServer, startServer } from "../support/live-server.ts";
import { published } from "../support/published-packages.ts";
import { repository } from "../support/repository.ts";
import { has } from "../support/requires.ts";
import { mustRun, runCommand } from "../support/run-command.ts";
import { needServer, runDocBlock } from "../support/run-doc-block.ts";
import { consumerNodes, oldestNodes } from "../support/supported-nodes.ts";
import {
  type ConsumerProject,
  installWithNpm,
  installWithPnpm,
  installedByNpm,
} from "./consumer-project.ts";

// A registry is asked for what the packages depend on, and for the Nodes. Without one nothing of this can be shown.
const canInstall = has("a package registry", (await runCommand("npm", ["ping"])).code === 0);
const nodes = canInstall ? await consumerNodes() : [];
const permissive = /^(MIT|ISC|0BSD|BSD-2-Clause|BSD-3-Clause|Apache-2\.0|BlueOak-1\.0\.0)$/;
/** The oldest TypeScript that docs/releasing.md names is tried beside the newest when every Node is. */
const compilers = nodes.length > 1 ? ["as here", "5.8.3"] : ["as here"];
/** The README of the repository, and those of the packages as they were packed. */
const documents = ["", ...published.map(({ name }) => name)];

describe.for(nodes)("installed with npm on Node %s", { timeout: 120_000 }, (version) => {
  let project: ConsumerProject;
  beforeAll(async () => void (project = await installWithNpm(version)), 240_000);
  afterAll(() => project?.[Symbol.dispose]());
  const knowsUsing = Number.parseInt(version, 10) >= 24;

  test("the installation warns of nothing", () => {
    expect(project.warnings).toEqual([]);
  });

  test("what comes along has a permissive licence, and runs nothing when it is installed", () => {
    const others = installedByNpm(project);
    expect(others.filter(({ license = "" }) => !permissive.test(license))).toEqual([]);
    expect(others.filter(({ hasInstallScript }) => hasInstallScript)).toEqual([]);
  });

  test.for(published)("$name can be imported, and required", async ({ name, manifest }) => {
    const entries = Object.keys(manifest.exports ?? {}).filter(
      (entry) => !entry.endsWith(".json") && !needsVitest(entry),
    );
    for (const entry of entries) {
      const specifier = `${name}${entry.slice(1)}`;
      const code = `import { createRequire } from "node:module";
        const imported = Object.keys(await import("${specifier}"));
        const required = Object.keys(createRequire("${project.folder}/")("${specifier}"));
        console.log(imported.length > 0 && imported.every((each) => required.includes(each)));`;
      expect(await project.run(code)).toMatchObject({ code: 0, stdout: "true\n" });
    }
  });

  test("a program runs sessions, hosts, the client and fakes", async () => {
    const file = join(project.folder, "consumer.ts");
    copyFileSync(join(import.meta.dirname, "consumer.ts"), file);
    const program = knowsUsing ? file : await project.compile(file);
    const { stdout } = await mustRun(project.node, [program], {
      cwd: project.folder,
      env: project.env,
    });
    expect(JSON.parse(stdout)).toEqual({ node: `v${version}`, shell: "42 /", python: "42" });
  });

  describe.for(documents)("examples of %s", (name) => {
    const source =
      name === ""
        ? join(repository, "README.md")
        : join(published.find((each) => each.name === name)?.folder ?? "", "README.md");
    const blocks = docBlocksOf(source);
    let server: LiveServer | null = null;
    beforeAll(async () => {
      if (needServer(blocks)) server = await serve(project);
    }, 60_000);
    afterAll(async () => void (await server?.end()));

    test.for(blocks.map((block) => [block.line, block.language, block] as const))(
      "line %i (%s) prints what it says",
      async ([, , block]) => {
        const printed = await runDocBlock(block, {
          folder: project.folder,
          document: `${name}/README.md`,
          url: server?.url ?? "",
          bin: join(project.folder, "node_modules/.bin"),
          node: project.node,
          env: project.env,
          ...(knowsUsing ? {} : { compile: project.compile }),
        });
        expect(printed).toSatisfy(
          (text: string) => block.output === null || matchesOutput(text, block.output),
        );
      },
    );
  });

  test("`holdfast repl` runs what it reads", async () => {
    const command = join(project.folder, "node_modules/.bin/holdfast");
    const { folder: cwd, env } = project;
    const input = "x=20\necho $((x * 2 + 2))\n";
    const result = await runCommand(command, ["repl", "bash"], { cwd, env, input });
    expect(result).toMatchObject({ code: 0, stdout: "42\n" });
  });

  test("`npx holdfast` says its version, runs code and checks the machine", async () => {
    const npx = (args: readonly string[], input = "") =>
      runCommand("npx", ["--no", "--", "holdfast", ...args], {
        cwd: project.folder,
        env: project.env,
        input,
      });
    const { manifest } = published.find(({ name }) => name === "@holdfast/server") ?? {};
    expect(await npx(["--version"])).toMatchObject({
      code: 0,
      stdout: `holdfast ${manifest?.version}\n`,
    });
    const code = await npx(["exec", "--runtime", "bash", "-"], "echo out; exit 3");
    expect(code).toMatchObject({ code: 3, stdout: "out\n" });
    expect((await npx(["doctor", "--json"])).stdout).toContain(`"${version}"`);
  });

  test("`holdfast serve` serves, its console page and its reference too", async () => {
    await using server = await serve(project);
    for (const [path, text] of [
      ["/", /<html/i],
      ["/console/console.js", /preact/i],
      ["/docs", /<html/i],
      ["/docs/swagger-ui-bundle.js", /SwaggerUIBundle/],
      ["/openapi.json", /"openapi":"3\.1/],
    ] as const) {
      const response = await fetch(`${server.url}${path}`);
      expect([path, response.status]).toEqual([path, 200]);
      expect(await response.text()).toMatch(text);
    }
  });

  test.for(
    ["nodenext", "bundler"].flatMap((kind) => compilers.map((version) => [kind, version] as const)),
  )(
    "types serve a strict project that resolves as %s, with TypeScript %s",
    async ([moduleResolution, compiler]) => {
      const examples = readdirSync(project.folder).filter((file) => file.endsWith(".ts"));
      copyFileSync(join(import.meta.dirname, "consumer.ts"), join(project.folder, "consumer.ts"));
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
      const files = [...new Set(["consumer.ts", ...examples])];
      writeFileSync(
        join(project.folder, "tsconfig.json"),
        JSON.stringify({ compilerOptions, files }),
      );
      const typescript =
        compiler === "as here"
          ? join(repository, "node_modules/typescript")
          : await fetchedPackage("typescript", compiler);
      const args = [join(typescript, "bin/tsc"), "-p", project.folder];
      const { code, stdout } = await runCommand(process.execPath, args);
      expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    },
  );

  test("the client, bundled for a browser, has nothing of Node in it", async () => {
    const { manifest } = published.find(({ name }) => name === "@holdfast/client") ?? {};
    const entries = Object.keys(manifest?.exports ?? {}).filter(
      (entry) => !entry.endsWith(".json"),
    );
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
});

describe.skipIf(!canInstall)("installed with pnpm", { timeout: 120_000 }, () => {
  test("each package finds all that it imports among what it declares", async () => {
    using project = await installWithPnpm(oldestNodes()[0] ?? "");
    for (const { name } of published) {
      const result = await project.run(`await import("${name}")`);
      expect({ name, ...result }).toMatchObject({ name, code: 0, stdout: "" });
    }
  });
});

/** The server as installed, by its command. */
function serve({ folder, node, env }: ConsumerProject): Promise<LiveServer> {
  const server = join(folder, "node_modules/@holdfast/server");
  const { bin = {} } = JSON.parse(readFileSync(join(server, "package.json"), "utf8")) as {
    readonly bin?: Readonly<Record<string, string>>;
  };
  const entry = join(server, bin["holdfast"] ?? "");
  return startServer({ entry, args: ["serve"], node, env: { PATH: env["PATH"] ?? "" } });
}

/** What is for tests is loaded by vitest, which is installed by whoever has tests. */
function needsVitest(entry: string): boolean {
  return entry.includes("vitest");
}
