import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execFileSync } from "node:child_process";
import { collect, eventually } from "@holdfast/harness";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ApiClient, RequestOptions } from "./api-client.ts";
import { type TestServer, testServer } from "./test-server.ts";

let server: TestServer;
let api: ApiClient;
let folder: string;
let id: string;

beforeAll(async () => {
  server = await testServer({ maxFileBytes: 8 * 1024 * 1024 });
  api = server.api;
});
afterAll(() => server[Symbol.asyncDispose]());

beforeEach(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "files-")));
  id = (await api.session("bash", { cwd: folder })).id;
  return async () => {
    await api.request("DELETE", `/v1/sessions/${id}`);
    rmSync(folder, { recursive: true, force: true });
  };
});

const at = (path: string, more = "") =>
  `/v1/sessions/${id}/files?path=${encodeURIComponent(path)}${more}`;
const put = (path: string, rawBody: string | Buffer, more = "") =>
  api.request("PUT", at(path, more), {
    rawBody,
    headers: { "content-type": "application/octet-stream" },
  });
const get = (path: string, headers: RequestOptions["headers"] = {}) =>
  api.request("GET", at(path), { headers });
const code = ({ json }: { readonly json: unknown }) => (json as { code?: string }).code;
const anyBytes = Buffer.from(Array.from({ length: 1000 }, (_, index) => index % 256));

async function bytes(path: string, headers: RequestOptions["headers"] = {}) {
  const response = await api.open("GET", at(path), { headers });
  return { response, body: Buffer.concat(await collect(response as AsyncIterable<Buffer>)) };
}

describe("files of a session", () => {
  it("are written and read byte for byte, with an answer that says what is there", async () => {
    const written = await put("a b\nü.bin", anyBytes);
    expect(written.status).toBe(201);
    expect(written.json).toMatchObject({ name: "a b\nü.bin", type: "file", sizeBytes: 1000 });
    expect(readFileSync(join(folder, "a b\nü.bin"))).toEqual(anyBytes);
    expect((await bytes("a b\nü.bin")).body).toEqual(anyBytes);
    expect((await put("a b\nü.bin", "")).status).toBe(200);
    expect((await bytes("a b\nü.bin")).body).toHaveLength(0);
  });

  it("stand in the session's directory of now, while it is busy too", async () => {
    mkdirSync(join(folder, "sub"));
    const running = api.execute(id, "cd sub; read -r line < ../go; echo $line");
    execFileSync("mkfifo", [join(folder, "go")]);
    await eventually(
      async () =>
        (await put("here.txt", "x")).status < 300 && existsSync(join(folder, "sub/here.txt")),
      { what: "the file in the new directory" },
    );
    writeFileSync(join(folder, "go"), "gone on\n");
    expect((await running).stdout).toBe("gone on\n");
    const python = (await api.session("python", { cwd: folder })).id;
    await api.execute(python, "import os; os.chdir('sub')");
    const answer = await api.request("GET", `/v1/sessions/${python}/files?path=here.txt`);
    expect(answer).toMatchObject({ status: 200, text: "x" });
  });

  it("stand in the configured directory while there is no worker", async () => {
    writeFileSync(join(folder, "x"), "1");
    await api.execute(id, "cd /; kill -9 $$");
    expect(await get("x")).toMatchObject({ status: 200, text: "1" });
  });

  it("answer ranges, HEAD and what the client has already", async () => {
    await put("x", anyBytes);
    const whole = await bytes("x");
    const { etag = "", "last-modified": modified = "" } = whole.response.headers;
    expect(whole.response.headers).toMatchObject({
      "accept-ranges": "bytes",
      "content-length": "1000",
      "content-type": "application/octet-stream",
      "x-content-type-options": "nosniff",
      "content-security-policy": expect.stringContaining("sandbox"),
    });
    for (const [range, start, end] of [
      ["bytes=0-0", 0, 0],
      ["bytes=10-19", 10, 19],
      ["bytes=990-", 990, 999],
      ["bytes=-5", 995, 999],
      ["bytes=998-5000", 998, 999],
    ] as const) {
      const { response, body } = await bytes("x", { range });
      expect(response.statusCode).toBe(206);
      expect(response.headers["content-range"]).toBe(`bytes ${start}-${end}/1000`);
      expect(body).toEqual(anyBytes.subarray(start, end + 1));
    }
    const beyond = await get("x", { range: "bytes=1000-" });
    expect([beyond.status, code(beyond)]).toEqual([416, "range_not_satisfiable"]);
    expect(beyond.headers["content-range"]).toBe("bytes */1000");
    // Several ranges, and what is no range, are answered with all of it, as RFC 9110 allows.
    expect((await get("x", { range: "bytes=0-1,5-6" })).status).toBe(200);
    expect((await get("x", { range: "lines=1-2" })).status).toBe(200);
    expect((await get("x", { range: "bytes=0-1", "if-range": etag })).status).toBe(206);
    expect((await get("x", { range: "bytes=0-1", "if-range": modified })).status).toBe(206);
    expect((await get("x", { range: "bytes=0-1", "if-range": '"other"' })).status).toBe(200);
    expect((await get("x", { "if-none-match": etag })).status).toBe(304);
    const head = await api.request("HEAD", at("x"));
    expect([head.status, head.headers["content-length"], head.text]).toEqual([200, "1000", ""]);
    await put("x", "changed");
    expect((await get("x", { "if-none-match": etag })).status).toBe(200);
  });

  it("are listed in pages, hidden ones too", async () => {
    for (const name of ["b", ".hidden", "a", "Z"]) writeFileSync(join(folder, name), name);
    mkdirSync(join(folder, "dir"));
    symlinkSync("/nowhere", join(folder, "link"));
    const list = async (query = "") =>
      (await api.get(`/v1/sessions/${id}/files/list${query}`)).json as {
        path: string;
        items: { name: string; type: string; sizeBytes: number; modifiedAt: string }[];
        nextCursor: string | null;
      };
    const all = await list();
    expect(all.path).toBe(folder);
    expect(all.items.map(({ name, type }) => [name, type])).toEqual([
      [".hidden", "file"],
      ["Z", "file"],
      ["a", "file"],
      ["b", "file"],
      ["dir", "directory"],
      ["link", "symlink"],
    ]);
    expect(all.items[0]).toMatchObject({
      sizeBytes: 7,
      modifiedAt: new Date(Math.floor(statSync(join(folder, ".hidden")).mtimeMs)).toISOString(),
    });
    const names: string[] = [];
    for (let cursor: string | null = ""; cursor !== null;) {
      const page = await list(`?path=.&limit=2&cursor=${encodeURIComponent(cursor)}`);
      expect(page.items.length).toBeLessThanOrEqual(2);
      names.push(...page.items.map(({ name }) => name));
      cursor = page.nextCursor;
    }
    expect(names).toEqual(all.items.map(({ name }) => name));
  });

  it("get directories on request, with their parents", async () => {
    expect(await put("x/y/z", "1")).toMatchObject({ status: 404 });
    expect(await put("x/y/z", "1", "&parents=true")).toMatchObject({ status: 201 });
    const made = await api.request("PUT", at("p/q", "&type=directory&parents=true"));
    expect(made).toMatchObject({ status: 201, json: { name: "q", type: "directory" } });
    const again = await api.request("PUT", at("p/q", "&type=directory"));
    expect(again.status).toBe(200);
    expect(code(await api.request("PUT", at("x/y/z", "&type=directory")))).toBe("invalid_request");
    expect(code(await put("p", "1"))).toBe("invalid_request");
  });

  it("are removed; a directory only with recursive=true, links in it never followed", async () => {
    mkdirSync(join(folder, "d/e/f"), { recursive: true });
    writeFileSync(join(folder, "kept"), "1");
    symlinkSync("../kept", join(folder, "d/link"));
    symlinkSync(folder, join(folder, "d/e/up"));
    expect(code(await api.request("DELETE", at("d")))).toBe("invalid_request");
    expect(code(await api.request("DELETE", at("none")))).toBe("file_not_found");
    expect((await api.request("DELETE", at("d/link"))).status).toBe(204);
    // Deeper than descriptors or a path's length would allow.
    const deepen =
      "import os\nfor i in range(2000): os.mkdir('deeper'); os.chdir('deeper')\nopen('x', 'w')";
    execFileSync("python3", ["-c", deepen], { cwd: join(folder, "d") });
    expect(await api.request("DELETE", at("d", "&recursive=true"))).toMatchObject({ status: 204 });
    expect(readdirSync(folder)).toEqual(["kept"]);
  });

  it("follow links where nothing forbids it, and write through them", async () => {
    writeFileSync(join(folder, "target"), "1");
    symlinkSync("target", join(folder, "link"));
    expect((await get("link")).text).toBe("1");
    await put("link", "2");
    expect(lstatSync(join(folder, "link")).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(folder, "target"), "utf8")).toBe("2");
    symlinkSync("round", join(folder, "round"));
    expect(code(await get("round"))).toBe("invalid_request");
  });

  it("keep their mode when they are written anew", async () => {
    writeFileSync(join(folder, "run.sh"), "1");
    chmodSync(join(folder, "run.sh"), 0o750);
    await put("run.sh", "2");
    expect(statSync(join(folder, "run.sh")).mode & 0o777).toBe(0o750);
  });

  it("stay whole when an upload breaks off, and nothing is left of it", async () => {
    await put("x", "old");
    const upload = httpRequest(`${api.url}${at("x")}`, {
      method: "PUT",
      agent: false,
      headers: { "content-length": "1000000" },
    });
    upload.on("error", () => {});
    upload.write(Buffer.alloc(300_000));
    await eventually(() => readdirSync(folder).length === 2, { what: "the temporary file" });
    expect((await get("x")).text).toBe("old");
    upload.destroy();
    await eventually(() => readdirSync(folder).length === 1, { what: "the end of it" });
    expect((await get("x")).text).toBe("old");
  });

  it("over the limit are refused with 413, announced or not [A37]", async () => {
    const big = Buffer.alloc(8 * 1024 * 1024 + 1);
    const announced = await put("x", big);
    expect([announced.status, code(announced)]).toEqual([413, "payload_too_large"]);
    const chunked = await api.request("PUT", at("x"), {
      rawBody: big,
      headers: { "content-type": "application/octet-stream", "transfer-encoding": "chunked" },
    });
    expect([chunked.status, code(chunked)]).toEqual([413, "payload_too_large"]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("of 1 TB without anything in them are read in ranges only [A37]", async () => {
    writeFileSync(join(folder, "sparse"), "");
    truncateSync(join(folder, "sparse"), 2 ** 40);
    expect(code(await get("sparse"))).toBe("payload_too_large");
    expect((await api.request("HEAD", at("sparse"))).headers["content-length"]).toBe(
      String(2 ** 40),
    );
    const { response, body } = await bytes("sparse", { range: `bytes=${2 ** 39}-${2 ** 39 + 99}` });
    expect(response.statusCode).toBe(206);
    expect(body).toEqual(Buffer.alloc(100));
  });

  it("that grow are sent as long as they were when they were asked for [A37]", async () => {
    const first = Buffer.alloc(6 * 1024 * 1024, "a");
    writeFileSync(join(folder, "log"), first);
    const response = await api.open("GET", at("log"));
    await api.execute(id, "yes | head -c 5000000 >> log");
    const body = Buffer.concat(await collect(response as AsyncIterable<Buffer>));
    expect(body.equals(first)).toBe(true);
  });

  it("that shrink while they are sent break the connection, and never end short [A37]", async () => {
    writeFileSync(join(folder, "log"), Buffer.alloc(8 * 1024 * 1024, "a"));
    const response = await api.open("GET", at("log"));
    truncateSync(join(folder, "log"), 10);
    await expect(collect(response as AsyncIterable<Buffer>)).rejects.toThrow("aborted");
  });

  it("that are none are refused at once: FIFOs, devices, sockets, directories, procfs [A36]", async () => {
    execFileSync("mkfifo", [join(folder, "fifo")]);
    const listen = "import socket; socket.socket(socket.AF_UNIX).bind('socket')";
    execFileSync("python3", ["-c", listen], { cwd: folder });
    mkdirSync(join(folder, "dir"));
    for (const path of ["fifo", "socket", "dir", "/dev/zero", "/dev/tty", "/proc/self/environ"]) {
      const read = await get(path);
      expect([path, read.status, code(read)]).toEqual([path, 400, "invalid_request"]);
      const written = await put(path, "x");
      expect([path, written.status >= 400]).toEqual([path, true]);
    }
    expect(lstatSync(join(folder, "fifo")).isFIFO()).toBe(true);
    expect(code(await api.get(`/v1/sessions/${id}/files/list?path=fifo`))).toBe("invalid_request");
    expect(await api.request("DELETE", at("fifo"))).toMatchObject({ status: 204 });
  });

  it.each([
    ["NUL", "a\0b", 400, "invalid_request"],
    ["4 KB of name", "n".repeat(4000), 400, "invalid_request"],
    ["5 KB of path", "n/".repeat(2500), 400, "invalid_request"],
    ["a backslash, which is a letter here", String.raw`..\..\etc\passwd`, 404, "file_not_found"],
    ["an encoded dot, decoded once", "%2e%2e%2fpasswd", 404, "file_not_found"],
    ["nothing there", "none", 404, "file_not_found"],
    ["a file on the way", "file/x", 404, "file_not_found"],
    ["nothing at all", "", 400, "invalid_request"],
  ])("have paths: %s [A33]", async (_, path, status, expected) => {
    await put("file", "1");
    const answer = await get(path);
    expect([answer.status, code(answer)]).toEqual([status, expected]);
    expect(answer.text).not.toContain(folder);
  });

  it("can be left by who reads them, at no cost of descriptors", async () => {
    writeFileSync(join(folder, "big"), Buffer.alloc(8 * 1024 * 1024));
    const before = readdirSync("/proc/self/fd").length;
    for (let i = 0; i < 30; i++) {
      const response = await api.open("GET", at("big"));
      response.destroy();
      await api.request("HEAD", at("big"));
      await get("big", { "if-none-match": "*" });
      await get(`none-${i}`);
    }
    await eventually(() => readdirSync("/proc/self/fd").length <= before + 2, {
      what: "the end of the descriptors",
    });
  });
});
