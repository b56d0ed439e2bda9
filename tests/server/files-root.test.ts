import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ApiClient } from "./api-client.ts";
import { type TestServer, testServer } from "./test-server.ts";

let server: TestServer;
let api: ApiClient;
let outside: string;
let root: string;
let id: string;

beforeAll(async () => {
  outside = realpathSync(mkdtempSync(join(tmpdir(), "root-")));
  root = join(outside, "root");
  mkdirSync(join(root, "work"), { recursive: true });
  mkdirSync(`${root}-beside`);
  writeFileSync(join(`${root}-beside`, "secret"), "secret");
  writeFileSync(join(outside, "secret"), "secret");
  server = await testServer({ filesRoot: root });
  api = server.api;
  id = (await api.session("bash", { cwd: join(root, "work") })).id;
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  rmSync(outside, { recursive: true, force: true });
});

const at = (path: string, more = "") =>
  `/v1/sessions/${id}/files?path=${encodeURIComponent(path)}${more}`;
const put = (path: string, body: string, more = "") =>
  api.request("PUT", at(path, more), { rawBody: body, headers: { "content-type": "text/plain" } });

/** A thread that makes `race/d` in turn a directory and a link to somewhere outside. */
const swap = (target: string) => `
import os, threading
os.makedirs("race/d")
open("race/d/secret", "w").write("inside\\n")
os.symlink(${JSON.stringify(target)}, "race/l")
def go():
    while True:
        for a, b in (("d", "t"), ("l", "d"), ("d", "l"), ("t", "d")):
            os.rename("race/" + a, "race/" + b)
threading.Thread(target=go, daemon=True).start()
`;

describe("a root of files", () => {
  it.each([
    "../../secret",
    "../../root-beside/secret",
    "../".repeat(20) + "etc/passwd",
    "/etc/passwd",
    "/",
    "./x/../../../secret",
  ])("is not left by %s, by any method [A33]", async (path) => {
    await put("x/kept", "1", "&parents=true");
    for (const answer of [
      await api.get(at(path)),
      await put(path, "x", "&parents=true"),
      await api.request("PUT", at(path, "&type=directory&parents=true")),
      await api.request("DELETE", at(path, "&recursive=true")),
      await api.get(`/v1/sessions/${id}/files/list?path=${encodeURIComponent(path)}`),
    ]) {
      expect(answer.status).toBe(400);
      expect(answer.json).toMatchObject({ code: "invalid_request" });
    }
    expect(readFileSync(join(outside, "secret"), "utf8")).toBe("secret");
  });

  it("is not left by what a query decodes to, however often it was encoded [A33]", async () => {
    for (const path of [
      "%2e%2e/%2e%2e/secret",
      "..%2f..%2fsecret",
      "%252e%252e/%252e%252e/secret",
      "..%255c..%255csecret",
    ]) {
      const { status, text } = await api.get(`/v1/sessions/${id}/files?path=${path}`);
      expect([400, 404]).toContain(status);
      expect(text).not.toMatch(/^secret/);
    }
  });

  it("is not left by symbolic links: of files, directories, chains, dangling ones [A34]", async () => {
    const work = join(root, "work");
    symlinkSync(join(outside, "secret"), join(work, "absolute"));
    symlinkSync("../../secret", join(work, "relative"));
    symlinkSync(outside, join(work, "directory"));
    symlinkSync("directory/secret", join(work, "chain"));
    symlinkSync(join(outside, "not-there"), join(work, "dangling"));
    for (const path of ["absolute", "relative", "directory/secret", "chain", "dangling"]) {
      expect((await api.get(at(path))).status).toBe(400);
      expect((await put(path, "x", "&parents=true")).status).toBe(400);
    }
    expect((await api.get(`/v1/sessions/${id}/files/list?path=directory`)).status).toBe(400);
    expect(readFileSync(join(outside, "secret"), "utf8")).toBe("secret");
    // The link itself is in the root.
    expect((await api.request("DELETE", at("absolute"))).status).toBe(204);
    expect(readFileSync(join(outside, "secret"), "utf8")).toBe("secret");
  });

  it("has links that lead to what is in it", async () => {
    await put("/".concat(join(root, "shared/data").slice(1)), "data", "&parents=true");
    symlinkSync("../shared", join(root, "work/relative-in"));
    symlinkSync(join(root, "shared"), join(root, "work/absolute-in"));
    expect((await api.get(at("relative-in/data"))).text).toBe("data");
    expect((await api.get(at("absolute-in/../shared/data"))).text).toBe("data");
    expect((await put("absolute-in/data", "new")).status).toBe(200);
    expect(readFileSync(join(root, "shared/data"), "utf8")).toBe("new");
  });

  it("is not left while the session swaps directories and links as fast as it can [A35]", async () => {
    const race = (await api.session("python", { cwd: join(root, "work") })).id;
    await api.execute(race, swap(outside));
    const seen = new Set<string>();
    for (let i = 0; i < 500; i++) {
      const read = await api.get(at("race/d/secret"));
      seen.add(read.status === 200 ? read.text : String(read.status));
      await put("race/d/written", "x");
      await api.request("DELETE", at("race/d/written"));
    }
    await api.request("DELETE", `/v1/sessions/${race}`);
    expect(readdirSync(outside).toSorted()).toEqual(["root", "root-beside", "secret"]);
    expect([...seen].filter((one) => !["inside\n", "400", "404"].includes(one))).toEqual([]);
    expect(seen).toContain("inside\n");
    expect(readFileSync(join(outside, "secret"), "utf8")).toBe("secret");
  });

  it("refuses relative paths of a session that has gone elsewhere, and serves absolute ones [A33]", async () => {
    const away = (await api.session("bash", { cwd: "/" })).id;
    const get = (path: string) =>
      api.get(`/v1/sessions/${away}/files?path=${encodeURIComponent(path)}`);
    await put("here", "1");
    expect((await get("etc/passwd")).status).toBe(400);
    expect((await get(join(root, "work/here"))).text).toBe("1");
  });
});

describe("a token that only reads", () => {
  const token = "a-token-that-only-reads";
  const headers = { authorization: `Bearer ${token}` };
  const tokens = [{ name: "reader", token, scopes: ["read" as const] }];

  /** What it is answered for a path in a session of its own that is in `folder` of the root. */
  async function readerOf(folder: string, filesRoot: string | null = root) {
    const own = await testServer({ filesRoot, tokens });
    const cwd = join(root, folder);
    const { session } = await own.host.create({ runtime: "bash", owner: "reader", cwd });
    const ask = (path: string, route = "files", method = "GET") =>
      own.api.request(
        method,
        `/v1/sessions/${session.id}/${route}?path=${encodeURIComponent(path)}`,
        { headers },
      );
    return { ask, session, [Symbol.asyncDispose]: () => own[Symbol.asyncDispose]() };
  }

  it("reads and lists the folder where the session is, and nothing beside it or above it [A33] [A49]", async () => {
    mkdirSync(join(root, "mine/sub"), { recursive: true });
    mkdirSync(join(root, "mine-beside"), { recursive: true });
    for (const folder of ["mine", "mine/sub", "mine-beside", "."])
      writeFileSync(join(root, folder, "file"), folder);
    symlinkSync("../mine-beside/file", join(root, "mine/link"));
    symlinkSync(join(root, "mine-beside"), join(root, "mine/away"));
    await using reader = await readerOf("mine");
    for (const path of ["file", "./sub/../file", join(root, "mine/file"), "sub/file"])
      expect((await reader.ask(path)).status).toBe(200);
    expect((await reader.ask("sub", "files/list")).json).toMatchObject({
      items: [{ name: "file" }],
    });
    const elsewhere = ["../file", "../mine-beside/file", "link", "away/file", "/etc/passwd"];
    for (const path of [...elsewhere, "../never", "../never/file", root, "/"]) {
      for (const [route, method] of [
        ["files", "GET"],
        ["files", "HEAD"],
        ["files/list", "GET"],
      ]) {
        const { status, json } = await reader.ask(path, route, method);
        expect([path, route, status]).toEqual([path, route, 403]);
        if (method === "GET") expect(json).toMatchObject({ code: "forbidden", scope: "execute" });
      }
    }
    await reader.session.execute("cd sub").ended;
    expect((await reader.ask("file")).text).toBe("mine/sub");
    expect((await reader.ask("../file")).status).toBe(403);
  });

  it("reads nothing where there is no root: code can go anywhere [A33] [A49]", async () => {
    await using reader = await readerOf("mine", null);
    for (const path of ["file", "/etc/passwd"]) {
      const { status, json } = await reader.ask(path);
      expect([status, json]).toMatchObject([403, { code: "forbidden", scope: "execute" }]);
    }
  });
});
