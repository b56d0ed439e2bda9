import { type OpenAPIHono, createRoute } from "@hono/zod-openapi";
import type { Context } from "hono";
import { z } from "zod";
import type { AppContext } from "../app-options.ts";
import { dropConnection } from "../disconnect.ts";
import { FileTree, type ResolveOptions } from "../files/file-tree.ts";
import { listDirectory } from "../files/list-directory.ts";
import { makeDirectory } from "../files/make-directory.ts";
import type { Place } from "../files/place.ts";
import { readFile } from "../files/read-file.ts";
import { ReadableFolder } from "../files/readable-folder.ts";
import { removeEntry } from "../files/remove-entry.ts";
import { fileTooLarge, writeFile } from "../files/write-file.ts";
import { fileEntrySchema } from "../schemas.ts";
import { sendJson } from "../send-json.ts";
import { binary, json, problems } from "./responses.ts";

const params = z.object({ id: z.string().max(200) });
const path = z
  .string()
  .min(1)
  .meta({ description: "Absolute, or relative to the session's current directory" });
const flag = z
  .enum(["true", "false"])
  .default("false")
  .transform((text) => text === "true");
const pathQuery = z.object({ path });
const writeQuery = pathQuery.extend({
  type: z.enum(["file", "directory"]).default("file"),
  parents: flag.meta({ description: "Whether missing directories on the way are made" }),
});
const removeQuery = pathQuery.extend({
  recursive: flag.meta({ description: "Whether a directory may go, with all that is in it" }),
});
const listQuery = z.object({
  path: path.default("."),
  limit: z.coerce.number().int().min(1).max(10_000).default(1000),
  cursor: z.string().max(1000).optional(),
});
const listSchema = z
  .object({
    path: z.string().meta({ description: "The directory, absolute" }),
    items: z.array(fileEntrySchema),
    nextCursor: z.string().nullable(),
  })
  .meta({ id: "FileList" });
const readHeaders = ["Range", "If-Range", "If-None-Match"].map(
  (name) => ({ name, in: "header", required: false, schema: { type: "string" } }) as const,
);

/** Files of a session's machine, from where the session is; no path leads out of the root, where one is set. */
export function addFileRoutes(app: OpenAPIHono, context: AppContext): void {
  const { session, maxFileBytes } = context;
  const filesOf = treeOf(context.filesRoot);
  /** Does something with where a path leads, and lets go of it. */
  async function at<T>(
    c: Context,
    id: string,
    given: string,
    options: ResolveOptions,
    work: (place: Place) => Promise<T>,
  ): Promise<T> {
    const tenant = c.get("tenant");
    // Code can go anywhere, so where there is no root the folder of a session is none.
    if (context.filesRoot === null) tenant.require("execute");
    const directory = await session(c, id).session.directory();
    const readable = await ReadableFolder.of(tenant, directory, given);
    await using place = await (await filesOf()).resolve(directory, given, options);
    readable?.check(place.path);
    return await work(place);
  }

  app.openapi(
    createRoute({
      method: "get",
      path: "/v1/sessions/{id}/files",
      operationId: "readFile",
      summary: "A file, or a range of it, as it is",
      parameters: readHeaders,
      request: { params, query: pathQuery },
      responses: {
        200: { description: "The file", content: binary },
        206: { description: "A range of it", content: binary },
        304: { description: "It is what `If-None-Match` names" },
        ...problems,
      },
    }),
    (c) => {
      const given = c.req.valid("query").path;
      return at(c, c.req.valid("param").id, given, {}, (place) =>
        readFile(place, {
          path: given,
          maxFileBytes,
          isHead: c.req.method === "HEAD",
          range: c.req.header("range"),
          ifRange: c.req.header("if-range"),
          ifNoneMatch: c.req.header("if-none-match"),
          drop: () => dropConnection(c),
        }),
      );
    },
  );
  app.openapi(
    createRoute({
      method: "put",
      path: "/v1/sessions/{id}/files",
      operationId: "writeFile",
      summary: "Write a file, or make a directory with `type=directory`",
      description:
        "The body is the file, whatever its content type. The old file stays as it is until the new one is there whole.",
      request: { params, query: writeQuery, body: { content: binary } },
      responses: {
        200: json(fileEntrySchema, "It took the place of one that was there"),
        201: json(fileEntrySchema, "There was none"),
        ...problems,
      },
    }),
    async (c) => {
      const { path: given, type, parents } = c.req.valid("query");
      const length = Number(c.req.header("content-length") ?? 0);
      if (length > maxFileBytes) throw fileTooLarge(maxFileBytes, length);
      const { session: used } = session(c, c.req.valid("param").id);
      used.touch();
      return at(c, used.id, given, { makesParents: parents }, async (place) => {
        const entry =
          type === "directory"
            ? await makeDirectory(place, { path: given, hasBody: hasBody(c) })
            : await writeFile(place, { path: given, maxFileBytes, body: c.req.raw.body });
        return sendJson(entry, place.entry === null ? 201 : 200);
      });
    },
  );
  app.openapi(
    createRoute({
      method: "delete",
      path: "/v1/sessions/{id}/files",
      operationId: "removeFile",
      summary: "Remove a file, or a directory with `recursive=true`",
      request: { params, query: removeQuery },
      responses: { 204: { description: "It is gone" }, ...problems },
    }),
    async (c) => {
      const { path: given, recursive: isRecursive } = c.req.valid("query");
      const { session: used } = session(c, c.req.valid("param").id);
      used.touch();
      await at(c, used.id, given, { followsLast: false }, (place) =>
        removeEntry(place, { path: given, isRecursive }),
      );
      return c.body(null, 204);
    },
  );
  app.openapi(
    createRoute({
      method: "get",
      path: "/v1/sessions/{id}/files/list",
      operationId: "listFiles",
      summary: "What is in a directory, hidden files too, by name",
      request: { params, query: listQuery },
      responses: { 200: json(listSchema, "One page"), ...problems },
    }),
    async (c) => {
      const { path: given, limit, cursor: after = "" } = c.req.valid("query");
      return at(c, c.req.valid("param").id, given, {}, async (place) => {
        const { items, nextCursor } = await listDirectory(place, { path: given, limit, after });
        return sendJson({ path: place.path, items: [...items], nextCursor });
      });
    },
  );
}

/** The tree under a root, opened when it is first asked for. */
function treeOf(root: string | null): () => Promise<FileTree> {
  let opened: Promise<FileTree> | null = null;
  return () => {
    opened ??= FileTree.open(root ?? "/");
    opened.catch(() => (opened = null));
    return opened;
  };
}

function hasBody(c: Context): boolean {
  return (
    c.req.header("transfer-encoding") !== undefined ||
    Number(c.req.header("content-length") ?? 0) > 0
  );
}
