import { execFileSync } from "node:child_process";
import { has } from "../support/requires.ts";

/** The system's own Python, for which Debian has the packages. */
export const debianPython = "/usr/bin/python3";

/** Whether it has all of these modules; what is missing is told, and is an error in CI. */
export function hasDebianModules(...names: readonly string[]): boolean {
  return names.map((name) => has(`python3-${name.toLowerCase()}`, canImport(name))).every(Boolean);
}

function canImport(name: string): boolean {
  try {
    execFileSync(debianPython, ["-c", `import ${name}`], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
