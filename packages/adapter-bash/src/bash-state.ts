import { execFile } from "node:child_process";
import { HoldfastError, type Skipped } from "@holdfast/core";

/** What of a shell's state is not in the shell between executions: tracing and the DEBUG trap are taken off there. */
export interface BashStateHeader {
  readonly format: "holdfast bash state";
  readonly version: 1;
  /** `major.minor` of the bash that wrote it. */
  readonly bash: string;
  /** Those of `x` and `v` that were set. */
  readonly flags: string;
  /** The command that sets the user's DEBUG trap, or empty. */
  readonly debug: string;
  /** Length of the commands behind it. */
  readonly commandBytes: number;
}

/** A shell's whole state: a line of JSON, then the commands that make it, byte by byte as the shell wrote them. */
export interface BashState {
  readonly header: BashStateHeader;
  readonly commands: Buffer;
}

/** What is read of a state into our memory. */
export const maxStateBytes = 256 * 1024 * 1024;

const newline = 10;
const maxHeaderBytes = 1 << 20;

/** What is said of a state in this version's format. */
export function stateHeader(about: Omit<BashStateHeader, "format" | "version">): BashStateHeader {
  return { format: "holdfast bash state", version: 1, ...about };
}

export function headerLine(header: BashStateHeader): Buffer {
  return Buffer.from(`${JSON.stringify(header)}\n`);
}

/**
 * Takes a state apart and has a shell read it without running it.
 * @throws HoldfastError `checkpoint_invalid`
 */
export async function readState(
  bytes: Buffer,
  { bash, command }: { readonly bash: string; readonly command: string },
): Promise<BashState> {
  const end = bytes.subarray(0, maxHeaderBytes).indexOf(newline);
  const header = parsed(bytes.subarray(0, Math.max(0, end)).toString());
  if (!isHeader(header)) throw invalid("wrong_runtime", "it is not the state of a bash session");
  if (header.bash !== bash)
    throw invalid(
      "wrong_runtime",
      `it is of bash ${header.bash.slice(0, 20)}, this one is ${bash}`,
    );
  const commands = bytes.subarray(end + 1);
  if (commands.length !== header.commandBytes)
    throw invalid(
      "damaged",
      `its commands are ${header.commandBytes} bytes, received ${commands.length}`,
    );
  const fault = await syntaxError(command, commands);
  if (fault !== null) throw invalid("damaged", fault);
  return { header, commands };
}

/** `major.minor` of a version. */
export function minorVersion(version: string): string {
  return version.split(".").slice(0, 2).join(".");
}

/** What a fork or a checkpoint of this shell lacks, as the kernel sees it. */
export function leftBehind(
  children: readonly { readonly pid: number; readonly command: string }[],
  descriptors: readonly { readonly fd: number; readonly target: string }[],
): Skipped[] {
  return [
    ...children.map(({ pid, command }) => ({
      name: `process ${pid}`,
      reason: `a background process is not copied: ${command}`,
    })),
    ...descriptors.map(({ fd, target }) => ({
      name: `descriptor ${fd}`,
      reason: `an open descriptor is not copied: ${target}`,
    })),
  ];
}

function isHeader(value: unknown): value is BashStateHeader {
  if (typeof value !== "object" || value === null) return false;
  const { format, version, bash, flags, debug, commandBytes } = value as Record<string, unknown>;
  return (
    format === "holdfast bash state" &&
    version === 1 &&
    [bash, flags, debug].every((field) => typeof field === "string") &&
    typeof commandBytes === "number"
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

async function syntaxError(command: string, commands: Buffer): Promise<string | null> {
  const done = Promise.withResolvers<string | null>();
  const child = execFile(
    command,
    ["--norc", "--noprofile", "-n"],
    { env: {}, maxBuffer: 1 << 20 },
    (error, _stdout, stderr) => done.resolve(error === null ? null : stderr.slice(0, 500).trim()),
  );
  child.stdin?.on("error", () => {}); // it may stop at the first error
  child.stdin?.end(commands);
  return done.promise;
}

function invalid(reason: string, why: string): HoldfastError {
  return new HoldfastError({
    code: "checkpoint_invalid",
    message: `state of a bash session: ${why}`,
    details: { reason },
  });
}
