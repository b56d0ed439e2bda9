import {
  type CallOptions,
  type HttpClient,
  type RequestContent,
  pathOf,
} from "../http/http-client.ts";
import { type ListOptions, type Page, Pages } from "../http/pages.ts";

/** What is in a directory. */
export interface FileEntry {
  readonly name: string;
  readonly type: "file" | "directory" | "symlink" | "other";
  readonly sizeBytes: number;
  /** ISO 8601 UTC. */
  readonly modifiedAt: string;
}

/** Which part of a file is read. */
export interface ReadFileOptions extends CallOptions {
  /** Bytes to skip. @default 0 */
  readonly offset?: number;
  /** Bytes to read at most. @default all */
  readonly length?: number;
}

/** How a file is written. */
export interface WriteFileOptions extends CallOptions {
  /** Whether missing directories on the way are made. @default false */
  readonly parents?: boolean;
}

/**
 * Files of a session's machine. A relative path begins in the directory where the session is at the moment, while code
 * runs too. Each call can throw HoldfastApiError `file_not_found`, `invalid_request`, `forbidden`.
 */
export class SessionFiles {
  readonly #http: HttpClient;
  readonly #path: string;

  /** @internal */
  constructor(http: HttpClient, sessionId: string) {
    this.#http = http;
    this.#path = pathOf`/v1/sessions/${sessionId}/files`;
  }

  /** A file, or a part of it, whole in memory. @throws HoldfastApiError `payload_too_large`, `range_not_satisfiable` */
  read(path: string, options: ReadFileOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
    return this.#read(
      path,
      options,
      async (response) => new Uint8Array(await response.arrayBuffer()),
    );
  }

  /** A file as UTF-8. */
  readText(path: string, options: ReadFileOptions = {}): Promise<string> {
    return this.#read(path, options, (response) => response.text());
  }

  /** A file as it comes, no faster than it is read. A connection that breaks makes an error of the stream. */
  readStream(
    path: string,
    options: ReadFileOptions = {},
  ): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
    return this.#read(path, options, ({ body }) => body ?? new Blob().stream());
  }

  /** Writes a file: the old one, if any, stays as it is until the new one is there whole. */
  write(
    path: string,
    content: RequestContent,
    { parents = false, signal }: WriteFileOptions = {},
  ): Promise<FileEntry> {
    return this.#http.json({
      method: "PUT",
      path: this.#path,
      query: { path, parents: String(parents) },
      body: content,
      isRepeatable: !(content instanceof ReadableStream),
      signal,
    });
  }

  /** What is in a directory, hidden files too, by name. */
  list(path = ".", { signal, limit }: ListOptions = {}): Pages<FileEntry> {
    return new Pages((cursor) =>
      this.#http.json<Page<FileEntry>>({
        method: "GET",
        path: `${this.#path}/list`,
        query: { path, limit, cursor },
        signal,
      }),
    );
  }

  /** Removes a file or a link; a directory, with all that is in it, only with `recursive`. */
  delete(
    path: string,
    { recursive = false, signal }: CallOptions & { readonly recursive?: boolean } = {},
  ): Promise<void> {
    const query = { path, recursive: String(recursive) };
    return this.#http.done({ method: "DELETE", path: this.#path, query, signal });
  }

  makeDirectory(
    path: string,
    { parents = false, signal }: WriteFileOptions = {},
  ): Promise<FileEntry> {
    const query = { path, type: "directory", parents: String(parents) };
    return this.#http.json({ method: "PUT", path: this.#path, query, signal });
  }

  #read<T>(
    path: string,
    { offset = 0, length, signal }: ReadFileOptions,
    read: (response: Response) => T | Promise<T>,
  ): Promise<T> {
    const isPart = offset > 0 || length !== undefined;
    const last = length === undefined ? "" : offset + length - 1;
    return this.#http.send(
      {
        method: "GET",
        path: this.#path,
        query: { path },
        headers: {
          accept: "application/octet-stream, application/problem+json",
          ...(isPart ? { range: `bytes=${offset}-${last}` } : {}),
        },
        signal,
      },
      read,
    );
  }
}
