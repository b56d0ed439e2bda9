import {
  cpSync,
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
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { published, readManifest } from "../support/published-packages.ts";
import { repository } from "../support/repository.ts";
import { mustRun } from "../support/run-command.ts";

/** Texts of the changesets that wait for a release, by the packages that they name. */
const waiting = readdirSync(join(repository, ".changeset"))
  .filter((file) => file.endsWith(".md"))
  .map((file) => {
    const text = readFileSync(join(repository, ".changeset", file), "utf8");
    const [, head = "", body = ""] = /^---\n([^]*?)\n---\n([^]*)$/.exec(text) ?? [];
    const names = [...head.matchAll(/^"(.+)": (?:major|minor|patch)$/gm)].map(([, name]) => name);
    return { file, names, body: body.trim() };
  });

/** A copy of what `changeset version` reads and writes. */
let copy: string;
beforeAll(async () => {
  copy = mkdtempSync(join(tmpdir(), "versions-"));
  const members = [...published.map(({ path }) => path), "tests"];
  const manifests = members.map((path) => `${path}/package.json`);
  for (const file of ["package.json", "pnpm-workspace.yaml", ".changeset", ...manifests]) {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    cpSync(join(repository, file), join(copy, file), { recursive: true });
  }
  symlinkSync(join(repository, "node_modules"), join(copy, "node_modules"));
  writeFileSync(join(copy, ".gitignore"), "node_modules\n");
  await mustRun("git", ["init", "--quiet", "--initial-branch=main"], { cwd: copy });
  writeChange("own.md"); // right after a release there is no other
  await release(copy);
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

test("every changeset names packages that there are, and says something", () => {
  const names = published.map(({ name }) => name);
  for (const { file, names: named, body } of waiting) {
    expect({ file, unknown: named.filter((name) => !names.includes(name ?? "")) }).toEqual({
      file,
      unknown: [],
    });
    expect({ file, length: named.length * body.length }).not.toEqual({ file, length: 0 });
  }
});

test("`changeset version` writes what changed into the CHANGELOG of each package that it names", () => {
  for (const { name, path } of published) {
    const own = waiting.filter(({ names }) => names.includes(name));
    if (own.length === 0) continue;
    const log = readFileSync(join(copy, path, "CHANGELOG.md"), "utf8");
    expect(log).toMatch(
      new RegExp(`^# ${name}\n\n## ${versionOf(path)}\n\n### (?:Major|Minor|Patch) Changes\n\n- `),
    );
    for (const { body } of own) expect(log.replaceAll("\n  ", "\n")).toContain(`- ${body}\n`);
    // Neither the ids of commits, which lead nowhere on a registry, nor that a neighbour has moved along.
    expect(log).not.toMatch(/^- [0-9a-f]{7}:|Updated dependencies/m);
  }
  expect(readdirSync(join(copy, ".changeset")).filter((file) => file.endsWith(".md"))).toEqual([]);
});

test("all packages have one version, also when only one has changed; what is private has none", async () => {
  const before = new Set(published.map(({ path }) => versionOf(path)));
  expect(before.size).toBe(1);
  writeChange("next.md");
  await release(copy);
  const after = new Set(published.map(({ path }) => versionOf(path)));
  expect(after.size).toBe(1);
  expect([...after]).not.toEqual([...before]);
  expect(versionOf("tests")).toBe("0.0.0");
  expect(existsSync(join(copy, "tests/CHANGELOG.md"))).toBe(false);
  for (const { path } of published) {
    const { dependencies = {} } = readManifest(join(copy, path));
    for (const [name, range] of Object.entries(dependencies))
      if (name.startsWith("@holdfast/")) expect(range).toBe("workspace:^");
  }
});

function writeChange(file: string): void {
  const text = '---\n"@holdfast/client": patch\n---\n\nOne thing.\n';
  writeFileSync(join(copy, ".changeset", file), text);
}

async function release(folder: string): Promise<void> {
  const git = ["-c", "user.name=x", "-c", "user.email=x@example.org"];
  await mustRun("git", ["add", "--all"], { cwd: folder });
  await mustRun("git", [...git, "commit", "--quiet", "-m", "state"], { cwd: folder });
  await mustRun("changeset", ["version"], { cwd: folder });
}

function versionOf(path: string): string {
  return readManifest(join(copy, path)).version;
}
