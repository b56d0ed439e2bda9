import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, constants, mkdtempSync, openSync, realpathSync, rmSync } from "node:fs";
import { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What a piece of bash did. */
export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  /** The exit status, or the name of the signal that ended it. */
  readonly status: number | string;
}

/**
 * Runs scripts in a bash as anybody starts it: `bash bash` in a folder where a script of that name is, since `bash: line 1:`
 * is what a session puts before its messages too. Standard output and standard error are pipes, as in a session.
 */
export class PlainBash implements Disposable {
  readonly #folder = realpathSync(mkdtempSync(join(tmpdir(), "plain-bash-")));
  readonly #pipes = [join(this.#folder, "out"), join(this.#folder, "err")] as const;

  constructor() {
    // Node's own pipes to a child are sockets, which nobody can open by the name /dev/stdout.
    execFileSync("mkfifo", [...this.#pipes]);
  }

  /** Runs the script named `bash` of that folder. One at a time. */
  async run(folder: string): Promise<Outcome> {
    const [stdout, stderr] = [new Reader(this.#pipes[0]), new Reader(this.#pipes[1])];
    const writers = this.#pipes.map((path) => openSync(path, "w"));
    const child = spawn("bash", ["bash"], {
      cwd: folder,
      env: { PATH: process.env["PATH"] ?? "/usr/bin:/bin", HOME: folder, LANG: "C.UTF-8" },
      stdio: ["ignore", ...writers],
    });
    for (const fd of writers) closeSync(fd);
    const [exitCode, signal] = (await once(child, "exit")) as [number | null, string | null];
    return {
      stdout: await stdout.text,
      stderr: await stderr.text,
      status: signal ?? exitCode ?? "unknown",
    };
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** All that comes over a FIFO until nobody holds its other end. */
class Reader {
  readonly text: Promise<string>;

  constructor(path: string) {
    const socket = new Socket({
      fd: openSync(path, constants.O_RDONLY | constants.O_NONBLOCK),
      readable: true,
      writable: false,
    });
    const chunks: Buffer[] = [];
    socket.on("data", (bytes: Buffer) => chunks.push(bytes));
    this.text = once(socket, "close").then(() => Buffer.concat(chunks).toString());
  }
}
