import { createHash, randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TokenOptions } from "@holdfast/server";
import { afterEach, beforeEach, expect, it } from "vitest";
import { startServer } from "../support/live-server.ts";
import { ApiClient } from "./api-client.ts";
import { testServer } from "./test-server.ts";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tokens-"));
  file = join(folder, "tokens.json");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const secret = () => randomBytes(16).toString("hex");
const digest = (token: string) => createHash("sha256").update(token).digest("hex");

function write(tokens: unknown, mode = 0o600): void {
  writeFileSync(file, typeof tokens === "string" ? tokens : JSON.stringify(tokens));
  chmodSync(file, mode);
}

async function serve(env: Readonly<Record<string, string>> = {}) {
  const server = await startServer({
    env: { HOLDFAST_TOKENS_FILE: file, HOLDFAST_DATA_DIR: join(folder, "data"), ...env },
  });
  const api = new ApiClient(server.url);
  const send = (token: string, method: string, path: string, body?: unknown) =>
    api.request(method, path, {
      headers: { authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body }),
    });
  return Object.assign(server, { api, send });
}

it("a file of tokens lets in by token and by digest, beside HOLDFAST_TOKEN [A49]", async () => {
  const [plain, hashed, whole] = [secret(), secret(), secret()];
  write([
    { name: "plain", token: plain },
    { name: "hashed", sha256: digest(hashed), scopes: ["read"] },
  ]);
  await using server = await serve({ HOLDFAST_TOKEN: whole });
  for (const token of [plain, hashed, whole])
    expect((await server.send(token, "GET", "/v1/sessions")).status).toBe(200);
  for (const token of [digest(hashed), secret(), "plain"])
    expect((await server.send(token, "GET", "/v1/sessions")).status).toBe(401);
  expect(
    (await server.send(hashed, "POST", "/v1/run", { runtime: "bash", code: ":" })).status,
  ).toBe(403);
  expect(server.log).not.toContain("can read it");
  expect(server.log).not.toContain(plain);
});

it("what a token owns is its name's after kill -9 of the server, and with a new token for that name [A64]", async () => {
  const [one, two] = [secret(), secret()];
  write([
    { name: "one", token: one },
    { name: "two", token: two },
  ]);
  const first = await serve();
  const { status } = await first.send(one, "POST", "/v1/sessions", { runtime: "python", id: "s" });
  expect(status).toBe(201);
  await first.send(one, "POST", "/v1/sessions/s/executions", { code: "x = 41" });
  const { json } = await first.send(one, "POST", "/v1/sessions/s/checkpoints", {});
  const checkpoint = `/v1/checkpoints/${(json as { id: string }).id}`;
  await first.send(one, "POST", "/v1/sessions", { runtime: "bash", id: "gone" });
  await first.send(one, "DELETE", "/v1/sessions/gone");
  await first.send(one, "POST", "/v1/sessions", { runtime: "bash" }); // stored behind it
  await first.end("SIGKILL");

  const renewed = secret();
  write([
    { name: "one", token: renewed },
    { name: "two", token: two },
  ]);
  await using second = await serve();
  for (const path of ["/v1/sessions/s", checkpoint]) {
    expect((await second.send(renewed, "GET", path)).status).toBe(200);
    expect((await second.send(two, "GET", path)).status).toBe(404);
    expect((await second.send(one, "GET", path)).status).toBe(401);
  }
  expect((await second.send(renewed, "GET", "/v1/sessions/gone")).status).toBe(410);
  expect((await second.send(two, "GET", "/v1/sessions/gone")).status).toBe(404);
  const ran = await second.send(renewed, "POST", "/v1/sessions/s/executions", { code: "x + 1" });
  expect(ran.json).toMatchObject({ result: { repr: "42" } });
});

it("a file that others can read is used, with a warning", async () => {
  write([{ name: "a", token: secret() }], 0o644);
  await using server = await serve();
  expect(server.log).toContain("chmod 600");
});

it.each([
  ["no JSON", '[{"name": "a", "token": "0123456789abcdef-secret"', "it is no JSON"],
  ["no list", {}, "list: "],
  ["an empty list", [], "list: "],
  ["a token that is too short", [{ name: "a", token: "secret" }], "0.token: 16 to 512"],
  ["neither token nor digest", [{ name: "a" }], "token or sha256"],
  [
    "a field that there is not",
    [{ name: "a", token: "0123456789abcdef-secret", scope: [] }],
    "0: ",
  ],
  [
    "a scope that there is not",
    [{ name: "a", token: "0123456789abcdef-secret", scopes: ["root"] }],
    "0.scopes.0: ",
  ],
  [
    "a limit of 0",
    [{ name: "a", token: "0123456789abcdef-secret", maxSessions: 0 }],
    "0.maxSessions: ",
  ],
  [
    "a name twice",
    ["1", "2"].map((n) => ({ name: "a", token: `0123456789abcdef-secret${n}` })),
    "each name once",
  ],
  [
    "a token twice",
    ["a", "b"].map((name) => ({ name, token: "0123456789abcdef-secret" })),
    "two names have the same token",
  ],
] as const)(
  "a file with %s ends the server, and its tokens are not told",
  async (_, tokens, why) => {
    write(tokens);
    const error = await serve().then(
      async (server) => {
        await server[Symbol.asyncDispose]();
        return "it serves";
      },
      (reason: unknown) => String(reason),
    );
    expect(error).toContain(why);
    expect(error).not.toMatch(/secret|\n\s+at /);
  },
);

it("a file that is not there ends the server", async () => {
  await expect(serve()).rejects.toThrow(/HOLDFAST_TOKENS_FILE .*ENOENT/);
});

it("createApp() and serve() take tokens, and refuse those that make no sense", async () => {
  await expect(testServer({ tokens: [{ name: "a b", token: secret() }] })).rejects.toThrow(
    "tokens: 0.name",
  );
  const tokens: readonly TokenOptions[] = [{ name: "a", sha256: digest("a") }];
  await using wide = await testServer({ hostname: "0.0.0.0", tokens });
  expect((await wide.api.get("/v1/sessions")).status).toBe(401);
});
