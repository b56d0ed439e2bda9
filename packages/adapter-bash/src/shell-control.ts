import { closeSync, constants, writeSync } from "node:fs";
import { Socket } from "node:net";
import { join } from "node:path";
import { openFifo } from "@holdfast/core";

// Shared by all shells. Without one of ours, Node makes 64 KiB anew for each record.
const scratch = Buffer.allocUnsafeSlow(64 * 1024);

/** Our ends of the FIFOs over which the shell is told what to do, and tells how it went. */
export class ShellControl {
  readonly #commandFd: number;
  readonly #goFd: number;
  readonly #status: Socket;
  #listener: (bytes: Buffer) => void = () => {};

  /** @throws the system's error, when they are not there or no descriptor is left; then none is open */
  constructor(directory: string) {
    const fds: number[] = [];
    try {
      for (const name of ["cmd", "go", "status"])
        fds.push(openFifo(join(directory, name), constants.O_RDWR));
      const [commandFd, goFd, fd] = fds as [number, number, number];
      const callback = (length: number) => {
        this.#listener(scratch.subarray(0, length));
        return true;
      };
      this.#status = new Socket({
        fd,
        readable: true,
        writable: false,
        onread: { buffer: scratch, callback },
      });
      this.#status.resume();
      this.#commandFd = commandFd;
      this.#goFd = goFd;
    } catch (error) {
      for (const fd of fds) closeSync(fd);
      throw error;
    }
  }

  /** Who gets what the shell says from now on: a view, good until the call returns. */
  listen(listener: (bytes: Buffer) => void): void {
    this.#listener = listener;
  }

  /** Gives the shell its next lines. `false`: not all of them, since it does not read, or somebody else fills the pipe. */
  tell(lines: string): boolean {
    return write(this.#commandFd, lines);
  }

  /** Lets a shell that has asked for it start afresh. */
  letGo(): void {
    write(this.#goFd, "g");
  }

  close(): void {
    this.#status.destroy();
    closeSync(this.#commandFd);
    closeSync(this.#goFd);
  }
}

function write(fd: number, text: string): boolean {
  try {
    return writeSync(fd, text) === Buffer.byteLength(text);
  } catch {
    return false;
  }
}
