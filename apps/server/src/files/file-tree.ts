import { constants } from "node:fs";
import { mkdir, open, readlink, realpath, statfs } from "node:fs/promises";
import { fileError, pathRefused } from "./file-error.ts";
import { type Found, type Place, pathOf } from "./place.ts";

/** How a path is walked. */
export interface ResolveOptions {
  /** Whether a symbolic link at the end is followed. @default true */
  readonly followsLast?: boolean;
  /** Whether directories on the way that are not there are made. @default false */
  readonly makesParents?: boolean;
}

const maxPathBytes = 4096; // PATH_MAX
const maxLinks = 40; // as the kernel's own limit
// Each costs an open and a stat; `..` walks anew from the root.
const maxSteps = 2000;

const pathOnly = 0o10000000; // O_PATH, which Node does not name
const { O_DIRECTORY, O_NOFOLLOW } = constants;
const procfsMagic = 0x9fa0;

/**
 * The files under a root, found component by component from its descriptor, without following a link that the kernel
 * would resolve: links are read and walked here. So no path leads out, whatever is renamed or linked meanwhile. Linux only.
 */
export class FileTree {
  readonly #root: string;

  private constructor(root: string) {
    this.#root = root;
  }

  /** @throws Error when the root is not there */
  static async open(root: string): Promise<FileTree> {
    return new FileTree(await realpath(root));
  }

  /**
   * Where a path leads, relative to an absolute `directory`.
   * @throws HoldfastError `invalid_request` for a path that leads out of the root, into procfs, or that is malformed,
   *   `file_not_found` when a directory on the way is not there, `forbidden`
   */
  async resolve(directory: string, path: string, options: ResolveOptions = {}): Promise<Place> {
    if (path.includes("\0")) throw pathRefused(path, "it has a NUL character");
    if (Buffer.byteLength(path) > maxPathBytes)
      throw pathRefused(path, `longer than ${maxPathBytes} bytes`);
    const absolute = path.startsWith("/") ? path : `${directory}/${path}`;
    const walk = new Walk(this.#root, path, options);
    try {
      const place = await walk.go(absolute);
      if (place.entry !== null && (await statfs(pathOf(place.entry))).type === procfsMagic) {
        await place[Symbol.asyncDispose]();
        throw pathRefused(path, "it is of the process file system, which holds no files");
      }
      return place;
    } catch (error) {
      await walk.leave();
      throw fileError(path, error);
    }
  }
}

class Walk {
  readonly #root: string;
  readonly #given: string;
  readonly #options: ResolveOptions;
  /** What is still to be walked. */
  #pending: string[] = [];
  /** Names from the root to where we are. */
  #walked: string[] = [];
  #parent: Found | null = null;
  #current: Found | null = null;
  #links = 0;
  #steps = 0;

  constructor(root: string, given: string, options: ResolveOptions) {
    this.#root = root;
    this.#given = given;
    this.#options = options;
  }

  async go(absolute: string): Promise<Place> {
    this.#pending = this.#insideRoot(absolute);
    await this.#toRoot();
    for (;;) {
      const name = this.#pending.shift();
      if (name === undefined) return this.#place(this.#parent, this.#current, this.#walked);
      if (name === "..") await this.#up();
      else if (!(await this.#down(name)))
        return this.#place(this.#current, null, [...this.#walked, name]);
    }
  }

  /** Lets go of what is held. */
  async leave(): Promise<void> {
    const held = [this.#parent, this.#current];
    this.#parent = this.#current = null;
    await Promise.all(held.map(async (found) => found?.handle.close()));
  }

  /** Goes to the child of this name; `false` when it is the last and not there. */
  async #down(name: string): Promise<boolean> {
    const current = this.#current as Found;
    if (!current.stats.isDirectory()) throw notADirectory();
    const isLast = this.#pending.length === 0;
    const path = `${pathOf(current)}/${name}`;
    let child: Found;
    try {
      child = await this.#find(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      if (isLast) return false;
      if (this.#options.makesParents !== true) throw error;
      await mkdir(path).catch(unlessThere);
      child = await this.#find(path);
    }
    if (child.stats.isSymbolicLink() && !(isLast && this.#options.followsLast === false)) {
      await child.handle.close();
      await this.#follow(await readlink(path));
      return true;
    }
    await this.#parent?.handle.close();
    this.#parent = current;
    this.#current = child;
    this.#walked.push(name);
    return true;
  }

  async #follow(target: string): Promise<void> {
    if (++this.#links > maxLinks) throw pathRefused(this.#given, "too many symbolic links");
    if (target.startsWith("/")) {
      this.#pending.unshift(...this.#insideRoot(target));
      await this.#toRoot();
    } else this.#pending.unshift(...namesOf(target));
  }

  async #up(): Promise<void> {
    if (this.#walked.length === 0) {
      if (this.#root === "/") return;
      throw this.#outside();
    }
    // What is walked has no links in it. The kernel's own `..` would lead to where a directory was moved meanwhile.
    if (!(this.#current as Found).stats.isDirectory()) throw notADirectory();
    this.#pending.unshift(...this.#walked.slice(0, -1));
    await this.#toRoot();
  }

  async #toRoot(): Promise<void> {
    await this.leave();
    this.#walked = [];
    this.#current = await this.#find(this.#root, O_DIRECTORY);
  }

  async #find(path: string, flags = 0): Promise<Found> {
    if (++this.#steps > maxSteps) throw pathRefused(this.#given, "too many parts");
    const handle = await open(path, pathOnly | O_NOFOLLOW | flags);
    try {
      return { handle, stats: await handle.stat({ bigint: true }) };
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  #insideRoot(absolute: string): string[] {
    if (this.#root === "/") return namesOf(absolute);
    if (absolute !== this.#root && !absolute.startsWith(`${this.#root}/`)) throw this.#outside();
    return namesOf(absolute.slice(this.#root.length));
  }

  #outside(): Error {
    return pathRefused(this.#given, "it leads out of the folder that files are served from");
  }

  /** Gives what is held away. */
  #place(parent: Found | null, entry: Found | null, names: readonly string[]): Place {
    const handles = [this.#parent, this.#current].map((found) => found?.handle);
    this.#parent = this.#current = null;
    return {
      parent,
      name: names.at(-1) ?? "",
      entry,
      path: `${this.#root === "/" ? "" : this.#root}/${names.join("/")}`,
      async [Symbol.asyncDispose]() {
        await Promise.all(handles.map(async (handle) => handle?.close()));
      },
    };
  }
}

function namesOf(path: string): string[] {
  return path.split("/").filter((name) => name !== "" && name !== ".");
}

function notADirectory(): Error {
  return Object.assign(new Error("not a directory"), { code: "ENOTDIR" });
}

function unlessThere(error: NodeJS.ErrnoException): void {
  if (error.code !== "EEXIST") throw error;
}
