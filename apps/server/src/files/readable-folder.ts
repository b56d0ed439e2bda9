import { realpath } from "node:fs/promises";
import { posix } from "node:path";
import { HoldfastError } from "@holdfast/core";
import type { Tenant } from "../access/tenant.ts";

/**
 * What a tenant may read who cannot execute: the folder where a session is, and what is below it. Whoever can execute may read
 * what code can.
 */
export class ReadableFolder {
  readonly #folder: string;
  readonly #given: string;

  private constructor(folder: string, given: string) {
    this.#folder = folder;
    this.#given = given;
  }

  /**
   * For a request about the path `given`; `null`: there is no such bound.
   * @throws HoldfastError `forbidden` for a path that leads elsewhere, before anything is looked for
   */
  static async of(tenant: Tenant, folder: string, given: string): Promise<ReadableFolder | null> {
    if (tenant.scopes.has("execute")) return null;
    const readable = new ReadableFolder(await realpath(folder).catch(() => folder), given);
    readable.check(posix.resolve(folder, given), folder);
    return readable;
  }

  /** @throws HoldfastError `forbidden` for a path that is elsewhere */
  check(path: string, folder = this.#folder): void {
    if (path === folder || path.startsWith(folder.endsWith("/") ? folder : `${folder}/`)) return;
    throw new HoldfastError({
      code: "forbidden",
      message: `path ${JSON.stringify(this.#given.slice(0, 200))}: outside of the folder where the session is, which takes the scope execute`,
      details: { path: this.#given.slice(0, 200), scope: "execute" },
    });
  }
}
