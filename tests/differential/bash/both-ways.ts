import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bashRuntime } from "@holdfast/adapter-bash";
import { openSession } from "../../support/session-run.ts";
import type { Outcome, PlainBash } from "./plain-bash.ts";
import type { Mask, Snippet } from "./snippet.ts";

const runtime = bashRuntime();

/** After which an execution is said to hang. */
const hangMs = 20_000;
const defectHangMs = 1_000;

/** Runs the snippet in a session of its own and in a plain bash, each in an empty folder with the script in it. */
export async function runBothWays(
  snippet: Snippet,
  plainBash: PlainBash,
): Promise<{ readonly session: Outcome; readonly plain: Outcome }> {
  const [session, plain] = await Promise.all([inSession(snippet), inPlainBash(snippet, plainBash)]);
  return { session, plain };
}

async function inSession({ pieces, masks, defect }: Snippet): Promise<Outcome> {
  await using test = await openSession(runtime, { interruptGraceMs: 100, terminateGraceMs: 100 });
  writeFileSync(join(test.directory, "bash"), pieces.join("\n"));
  const timeoutMs = defect === null ? hangMs : defectHangMs;
  const outcome = { stdout: "", stderr: "", status: 0 as number | string };
  for (const piece of pieces) {
    const ran = await test.run(piece, { timeoutMs });
    outcome.stdout += ran.out;
    outcome.stderr += ran.err;
    outcome.status =
      ran.status === "timeout" ? "timeout" : (ran.signal ?? ran.exitCode ?? ran.status);
    if (ran.status !== "ok") break;
  }
  return masked(outcome, masks, test.directory);
}

async function inPlainBash({ pieces, masks }: Snippet, plainBash: PlainBash): Promise<Outcome> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "session-test-")));
  try {
    writeFileSync(join(folder, "bash"), pieces.join("\n"));
    return masked(await plainBash.run(folder), masks, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function masked(
  { stdout, stderr, status }: Outcome,
  masks: readonly Mask[],
  folder: string,
): Outcome {
  const mask = (text: string) => masks.reduce((rest, kind) => masking[kind](rest, folder), text);
  return { stdout: mask(stdout), stderr: mask(stderr), status };
}

const masking: Readonly<Record<Mask, (text: string, folder: string) => string>> = {
  folder: (text, folder) => text.replaceAll(folder, "<folder>"),
  job: (text) => text.replaceAll(/^(bash: line \d+: +)\d+ /gm, "$1<pid> "),
};
