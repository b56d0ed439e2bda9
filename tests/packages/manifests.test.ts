import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { published } from "../support/published-packages.ts";
import { repository } from "../support/repository.ts";

/** What every package says of the Node that it needs. */
const engines = { node: "^22.18.0 || >=24.11.0" };

describe.for(published)("$name", ({ name, folder, manifest }) => {
  const readme = readFileSync(join(folder, "README.md"), "utf8");

  test("says what it is, its licence and which Node it needs", () => {
    expect(manifest).toMatchObject({ license: "MIT", engines, sideEffects: false });
    expect(manifest.description).toMatch(/\S{3}/);
    expect(manifest.keywords).toContain("holdfast");
    expect(readFileSync(join(folder, "LICENSE"), "utf8")).toBe(
      readFileSync(join(repository, "LICENSE"), "utf8"),
    );
  });

  test("is published for all, with provenance or not at all", () => {
    expect(manifest.publishConfig).toEqual({ access: "public", provenance: true });
  });

  test("exports modules with their types first, and its manifest", () => {
    const { "./package.json": own, ...entries } = manifest.exports ?? {};
    expect(own).toBe("./package.json");
    const modules = Object.values(entries).filter((entry) => typeof entry === "object");
    expect(modules.length).toBeGreaterThan(0);
    for (const entry of modules) {
      expect(Object.keys(entry as object)).toEqual(["types", "default"]);
      for (const path of Object.values(entry as Record<string, string>))
        expect(existsSync(join(folder, path))).toBe(true);
    }
  });

  test("has a page for the registry: how to install it, an example that runs, no link that leads nowhere", () => {
    expect(readme).toMatch(new RegExp(`^# ${name}\n`));
    expect(readme).toMatch(new RegExp(`^npm install .*${name}\\b`, "m"));
    expect(readme).toMatch(/^```(ts|sh) run$/m);
    expect(readme).toMatch(/MIT licensed\.\s*$/);
    const links = [...readme.matchAll(/\]\((.*?)\)/g)].map(([, target]) => target);
    expect(links.filter((target) => !target?.startsWith("https://"))).toEqual([]);
  });

  test("is in the table of the repository's README", () => {
    expect(readFileSync(join(repository, "README.md"), "utf8")).toContain(`[\`${name}\`](`);
  });
});
