/** As much of Emscripten's file system as we use. */
export interface FileSystem {
  readonly filesystems: { readonly NODEFS: NodeFiles };
  readonly ErrnoError: new (errno: number) => Error;
  analyzePath(path: string): { readonly exists: boolean };
  createNode(parent: unknown, name: string, mode: number, device: number): FileNode;
  isDir(mode: number): boolean;
  isFile(mode: number): boolean;
  isLink(mode: number): boolean;
  makedev(major: number, minor: number): number;
  mkdev(path: string, mode: number, device: number): void;
  mkdirTree(path: string): void;
  mount(type: NodeFiles, options: { readonly root: string }, path: string): void;
  registerDevice(device: number, operations: StreamOperations): void;
  symlink(target: string, path: string): void;
}

/** The files of the machine. */
export interface NodeFiles {
  readonly node_ops: unknown;
  readonly stream_ops: StreamOperations;
  /** Emscripten's number of an error of Node's. */
  convertNodeCode(error: { readonly code?: string | undefined }): number | undefined;
  createNode(parent: unknown, name: string, mode: number, device: number): FileNode;
  realPath(node: FileNode): string;
}

export interface FileNode {
  node_ops: unknown;
  stream_ops: unknown;
}

/** An open file; streams that were duplicated have `shared` in common. */
export interface Stream {
  readonly fd: number;
  readonly node: FileNode;
  readonly flags: number;
  readonly shared: { refcount?: number };
  seekable: boolean;
  /** Descriptor of the process. */
  nfd?: number;
}

export interface StreamOperations {
  readonly open?: (stream: Stream) => void;
  readonly close?: (stream: Stream) => void;
  readonly read?: (stream: Stream, heap: Int8Array, offset: number, length: number) => number;
  readonly write?: (stream: Stream, heap: Int8Array, offset: number, length: number) => number;
  readonly poll?: (stream: Stream) => number;
}

/** Numbers of Emscripten's own. */
export const errno = { EAGAIN: 6, EINTR: 27, EIO: 29 } as const;
export const pollEvents = { in: 1, out: 4 } as const;
