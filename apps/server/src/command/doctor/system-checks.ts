import { execFile } from "node:child_process";
import { access, readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { promisify } from "node:util";
import { formatBytes } from "../terminal/format.ts";
import { isSupportedNode, supportedNode } from "../supported-node.ts";
import { type Check, failure, ok, warning } from "./check.ts";

const minDescriptors = 4_096;

/** The operating system and what of it Holdfast leans on. */
export function checkSystem(): Promise<readonly Check[]> {
  return Promise.all([node(), platform(), guard(), pressure(), user(), descriptors()]);
}

async function node(): Promise<Check> {
  const version = process.versions.node;
  return isSupportedNode(version)
    ? ok("node", version)
    : failure("node", version, `install ${supportedNode}: https://nodejs.org`);
}

async function platform(): Promise<Check> {
  const processors = availableParallelism();
  const text = `${process.platform} ${process.arch}, ${processors} processor${processors === 1 ? "" : "s"}, ${formatBytes(process.availableMemory())} of memory available`;
  if (process.platform !== "linux")
    return failure("system", text, "sessions need Linux; a container or WSL has one");
  const hasProc = await access("/proc/self/stat").then(
    () => true,
    () => false,
  );
  return hasProc
    ? ok("system", text)
    : failure("system", "/proc is not mounted", "mount -t proc proc /proc");
}

/** Each worker has a guard that ends it with all it started; it is a Perl program. */
async function guard(): Promise<Check> {
  const install = "Debian: apt-get install perl-base";
  try {
    const code = "use Socket; use POSIX; print $^V";
    const { stdout } = await promisify(execFile)("perl", ["-e", code], { timeout: 10_000 });
    return ok("guard", `perl ${stdout.replace(/^v/, "")}`);
  } catch (error) {
    const [line = ""] = (error as Error).message.split("\n");
    return failure("guard", `perl: ${line}`, install);
  }
}

/** With it the pool of warm workers holds back on a busy machine. */
async function pressure(): Promise<Check> {
  try {
    const [line = ""] = (await readFile("/proc/pressure/cpu", "utf8")).split("\n");
    const share = /avg10=([\d.]+)/.exec(line)?.[1] ?? "?";
    return ok(
      "pressure",
      `the kernel tells of it; processors were short ${share} % of the last 10 s`,
    );
  } catch {
    return warning(
      "pressure",
      "no pressure stall information",
      "a kernel with PSI (psi=1) lets the pool hold back on a busy machine; without it the load average is used",
    );
  }
}

async function user(): Promise<Check> {
  const id = process.getuid?.();
  if (id !== 0) return ok("user", `uid ${id}`);
  return warning(
    "user",
    "root: code in sessions may do everything on this machine",
    "run the server as a user of its own, or in a container",
  );
}

async function descriptors(): Promise<Check> {
  const limits = await readFile("/proc/self/limits", "utf8").catch(() => "");
  const [, soft = ""] = /^Max open files +(\S+)/m.exec(limits) ?? [];
  if (soft === "unlimited" || Number(soft) >= minDescriptors)
    return ok("open files", `up to ${soft}`);
  return warning(
    "open files",
    soft === ""
      ? "the limit is not known"
      : `up to ${soft}, some ${Math.floor(Number(soft) / 16)} sessions`,
    `ulimit -n ${minDescriptors}`,
  );
}
