import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { docBlocksOf, matchesOutput } from "../support/doc-blocks.ts";
import { type LiveServer, startServer } from "../support/live-server.ts";
import { modulesOf, published } from "../support/published-packages.ts";
import { has } from "../support/requires.ts";
import { mustRun, runCommand } from "../support/run-command.ts";
import { canRun, needServer, runDocBlock } from "../support/run-doc-block.ts";
import { consumerNodes } from "../support/supported-nodes.ts";
import {
  type ConsumerProject,
  installWithNpm,
  installedByNpm,
  readmes,
} from "./consumer-project.ts";

// A registry is asked for what the packages depend on, and for the Nodes. Without one nothing of this can be shown.
const canInstall = has("a package registry", (await runCommand("npm", ["ping"])).code === 0);
const nodes = canInstall ? await consumerNodes() : [];
const permissive = /^(MIT|ISC|0BSD|BSD-2-Clause|BSD-3-Clause|Apache-2\.0|BlueOak-1\.0\.0)$/;

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
    for (const entry of modulesOf(manifest)) {
      const specifier = `${name}${entry.slice(1)}`;
      const code = `import { createRequire } from "node:module";
        const imported = Object.keys(await import("${specifier}"));
        const required = Object.keys(createRequire("${project.folder}/")("${specifier}"));
        console.log(imported.length > 0 && imported.every((each) => required.includes(each)));`;
      const result = await project.run(code);
      const [, missing = ""] = /Cannot find package '([^']+)'/.exec(result.stderr) ?? [];
      if (manifest.peerDependenciesMeta?.[missing]?.optional) continue; // for who has it
      expect({ specifier, ...result }).toMatchObject({ specifier, code: 0, stdout: "true\n" });
    }
  });

  test("a program runs sessions, hosts, the client and fakes", async ({ signal }) => {
    const file = join(project.folder, "consumer.ts");
    copyFileSync(join(import.meta.dirname, "consumer.ts"), file);
    const program = knowsUsing ? file : await project.compile(file);
    const { stdout } = await mustRun(project.node, [program], {
      cwd: project.folder,
      env: project.env,
      signal,
    });
    expect(JSON.parse(stdout)).toEqual({ node: `v${version}`, shell: "42 /", python: "42" });
  });

  describe.for(readmes)("examples of $name", ({ name, readme }) => {
    const blocks = docBlocksOf(readme).filter(canRun);
    let server: LiveServer | null = null;
    beforeAll(async () => {
      if (needServer(blocks)) server = await serve(project);
    }, 60_000);
    afterAll(async () => void (await server?.end()));

    test.for(blocks.map((block) => [block.line, block.language, block] as const))(
      "line %i (%s) prints what it says",
      async ([, , block], { signal }) => {
        const printed = await runDocBlock(block, {
          folder: project.folder,
          document: `${name}/README.md`,
          url: server?.url ?? "",
          bin: join(project.folder, "node_modules/.bin"),
          node: project.node,
          env: project.env,
          signal,
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
