import { spawnSync } from "node:child_process";

const isOpen = /unexpected (?:end of file|EOF)|here-document .*delimited by end-of-file/;

/**
 * Whether shell code that was typed line by line can be run, or goes on: an open quote, a loop, a here-document. Our bash
 * is asked, which reads without running. Where there is none, every line is complete.
 */
export function isCompleteBash(code: string): boolean {
  if (/(?:^|[^\\])(?:\\\\)*\\$/.test(code)) return false;
  const { stderr, error } = spawnSync("bash", ["--norc", "--noprofile", "-O", "extglob", "-n"], {
    input: `${code}\n`,
    env: { PATH: process.env["PATH"] ?? "/usr/bin:/bin", LC_ALL: "C" },
    encoding: "utf8",
    timeout: 2_000,
  });
  return error !== undefined || !isOpen.test(stderr);
}
