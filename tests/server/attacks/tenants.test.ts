import { randomBytes } from "node:crypto";
import type { TokenOptions } from "@holdfast/server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Answer, ApiClient } from "../api-client.ts";
import { type TestServer, testServer } from "../test-server.ts";
import { type Operation, operationsOf, requestOf } from "./operations.ts";

const names = ["owner", "other", "boss", "reader", "scraper"] as const;
type Name = (typeof names)[number];
const scopes = { boss: ["admin"], reader: ["read"], scraper: ["metrics"] } as const;
const secrets = Object.fromEntries(
  names.map((name) => [name, randomBytes(16).toString("hex")]),
) as Record<Name, string>;
const as = (name: Name) => ({ authorization: `Bearer ${secrets[name]}` });
const tokens = names.map((name): TokenOptions => ({
  name,
  token: secrets[name],
  ...(name in scopes ? { scopes: [...scopes[name as keyof typeof scopes]] } : {}),
}));

let server: TestServer;
let api: ApiClient;
let operations: readonly Operation[];
/** What belongs to `owner`. */
let ids: { readonly session: string; readonly execution: string; readonly checkpoint: string };

async function send(name: Name, method: string, path: string, body?: unknown): Promise<Answer> {
  return api.request(method, path, {
    headers: as(name),
    ...(body === undefined ? {} : { body }),
  });
}

const idOf = ({ json }: Answer) => (json as { readonly id: string }).id;

beforeAll(async () => {
  server = await testServer({ tokens });
  ({ api } = server);
  operations = await operationsOf(api, as("owner"));
  const session = idOf(
    await send("owner", "POST", "/v1/sessions", {
      runtime: "python",
      id: "payroll",
      labels: { of: "owners-label" },
    }),
  );
  const execution = idOf(
    await send("owner", "POST", `/v1/sessions/${session}/executions`, {
      code: "variable = 'owners-value'",
    }),
  );
  const checkpoint = idOf(
    await send("owner", "POST", `/v1/sessions/${session}/checkpoints`, { name: "owners-name" }),
  );
  ids = { session, execution, checkpoint };
});
afterAll(() => server[Symbol.asyncDispose]());

/** The values of a path that names what is the owner's, or the same with ids that never were. */
function values({ template }: Operation, isReal: boolean): Record<string, string> {
  const isCheckpoint = template.startsWith("/v1/checkpoints/");
  return {
    id: isReal ? (isCheckpoint ? ids.checkpoint : ids.session) : "never",
    eid: isReal ? ids.execution : "nought",
    name: "variable",
  };
}

/** An answer without what differs by design: the ids that were asked for. */
function comparable({ status, text, headers }: Answer): unknown {
  const plain = [ids.session, ids.execution, ids.checkpoint, "never", "nought"].reduce(
    (rest, id) => rest.replaceAll(id, "ID"),
    text,
  );
  return { status, plain, type: headers["content-type"], retryAfter: headers["retry-after"] };
}

describe("what belongs to another tenant", () => {
  it("is the same 404 on every route as what never was, and stays as it is [A64]", async () => {
    const before = await send("owner", "GET", `/v1/sessions/${ids.session}`);
    const named = operations.filter((one) => one.names.includes("id"));
    expect(named.length).toBeGreaterThan(20);
    for (const operation of named) {
      const ask = (isReal: boolean) =>
        api.request(
          operation.method,
          operation.path(values(operation, isReal)),
          requestOf(operation, as("other")),
        );
      const [real, unreal] = [await ask(true), await ask(false)];
      const { method, template } = operation;
      expect([method, template, real.status]).toEqual([method, template, 404]);
      expect([method, template, comparable(real)]).toEqual([method, template, comparable(unreal)]);
    }
    expect((await send("owner", "GET", `/v1/sessions/${ids.session}`)).json).toEqual(before.json);
    expect((await send("owner", "GET", `/v1/checkpoints/${ids.checkpoint}`)).status).toBe(200);
  });

  it("is in no list and no figure that a tenant can read [A64]", async () => {
    const lists = operations.filter((one) => one.method === "GET" && one.names.length === 0);
    expect(lists.length).toBeGreaterThan(5);
    for (const operation of lists) {
      const { text } = await send("other", "GET", operation.path({}));
      for (const secret of [...Object.values(ids), "owners-", secrets.owner])
        expect([operation.template, text.includes(secret)]).toEqual([operation.template, false]);
    }
  });

  it("cannot be restored, as a checkpoint, into a session of one's own or a new one [A40]", async () => {
    const own = idOf(await send("other", "POST", "/v1/sessions", { runtime: "python" }));
    for (const [path, body] of [
      [`/v1/sessions/${own}/restore`, (checkpointId: string) => ({ checkpointId })],
      ["/v1/sessions", (restore: string) => ({ runtime: "python", restore })],
    ] as const) {
      const answers = [];
      for (const id of [ids.checkpoint, "never"])
        answers.push(comparable(await send("other", "POST", path, body(id))));
      expect(answers[0]).toMatchObject({ status: 404 });
      expect(answers[0]).toEqual(answers[1]);
    }
  });

  it("is refused by its id as one's own would be, and is free when it is gone [A64]", async () => {
    const own = idOf(await send("other", "POST", "/v1/sessions", { runtime: "bash", id: "own" }));
    const again = (id: string) => send("other", "POST", "/v1/sessions", { runtime: "bash", id });
    const [taken, mine] = [await again(ids.session), await again(own)];
    expect(taken.status).toBe(409);
    expect(taken.text.replaceAll(ids.session, "ID")).toBe(mine.text.replaceAll(own, "ID"));
    const fork = await send("other", "POST", `/v1/sessions/${own}/fork`, { ids: [ids.session] });
    expect(fork.json).toMatchObject({ code: "session_exists" });

    await send("owner", "POST", "/v1/sessions", { runtime: "bash", id: "gone" });
    await send("owner", "DELETE", "/v1/sessions/gone");
    expect((await send("owner", "GET", "/v1/sessions/gone")).status).toBe(410);
    expect((await send("other", "GET", "/v1/sessions/gone")).status).toBe(404);
    expect((await again("gone")).status).toBe(201);
    expect((await send("owner", "GET", "/v1/sessions/gone")).status).toBe(404);
  });

  it("is not reached by an idempotency key of its owner [A69]", async () => {
    const run = async (name: Name, code: string) => {
      const session = idOf(await send(name, "POST", "/v1/sessions", { runtime: "bash" }));
      return api.request("POST", `/v1/sessions/${session}/executions`, {
        headers: { ...as(name), "idempotency-key": "one" },
        body: { code },
      });
    };
    expect((await run("owner", "echo owners")).json).toMatchObject({ stdout: "owners\n" });
    expect((await run("other", "echo others")).json).toMatchObject({ stdout: "others\n" });
  });

  it("is all there for an admin, as what nobody owns is", async () => {
    const { id } = (await server.host.create({ runtime: "bash" })).session;
    const listed = (await send("boss", "GET", "/v1/sessions")).text;
    for (const one of [ids.session, id]) expect(listed).toContain(one);
    expect((await send("boss", "GET", `/v1/checkpoints/${ids.checkpoint}`)).status).toBe(200);
    expect((await send("other", "GET", `/v1/sessions/${id}`)).status).toBe(404);
    const own = idOf(await send("boss", "POST", "/v1/sessions", { runtime: "python" }));
    const { status } = await send("boss", "POST", `/v1/sessions/${own}/restore`, {
      checkpointId: ids.checkpoint,
    });
    expect(status).toBe(200);
    expect((await send("owner", "GET", `/v1/sessions/${own}`)).status).toBe(404);
  });

  it("is a fork's owner's, whoever forks", async () => {
    const { json } = await send("boss", "POST", `/v1/sessions/${ids.session}/fork`, {});
    const [fork] = (json as { items: { id: string }[] }).items;
    expect((await send("owner", "GET", `/v1/sessions/${fork?.id}`)).status).toBe(200);
    expect((await send("other", "GET", `/v1/sessions/${fork?.id}`)).status).toBe(404);
  });
});

describe("a token without the scope", () => {
  const isOfServer = ({ template }: Operation) => ["/metrics", "/v1/pool"].includes(template);
  const isChannel = ({ template }: Operation) => template.endsWith("/channel");
  // Without a root of files what they answer is anything on the machine.
  const isFiles = ({ template }: Operation) => /\/files(?:\/|$)/.test(template);
  const isHealth = ({ template }: Operation) => ["/healthz", "/readyz"].includes(template);
  const statusOf = async (name: Name, operation: Operation) =>
    (await api.request(operation.method, operation.path({}), requestOf(operation, as(name))))
      .status;

  it("read cannot do anything, on any route, but look [A49]", async () => {
    for (const operation of operations.filter((one) => !isHealth(one))) {
      const isAllowed =
        operation.method === "GET" &&
        !isOfServer(operation) &&
        !isChannel(operation) &&
        !isFiles(operation);
      const { method, template } = operation;
      const isForbidden = (await statusOf("reader", operation)) === 403;
      expect([method, template, isForbidden]).toEqual([method, template, !isAllowed]);
    }
  });

  it("read cannot interrupt by going away, though it may follow [A49]", async () => {
    const { session } = await server.host.create({ runtime: "bash", owner: "reader" });
    const execution = session.execute("read -r", { allowInput: true });
    const path = `/v1/sessions/${session.id}/executions/${execution.id}/events`;
    const refused = await send("reader", "GET", `${path}?onDisconnect=interrupt`);
    expect([refused.status, refused.json]).toMatchObject([
      403,
      { code: "forbidden", scope: "execute" },
    ]);
    const stream = await api.stream("GET", path, { headers: as("reader") });
    await stream.until("started");
    stream.cut();
    await execution.write("", { close: true });
    expect(await execution.ended).not.toMatchObject({ status: "interrupted" });
  });

  it("metrics sees figures of the server, and nothing else [A49]", async () => {
    for (const operation of operations.filter((one) => !isHealth(one))) {
      const { method, template } = operation;
      const isForbidden = (await statusOf("scraper", operation)) === 403;
      expect([method, template, isForbidden]).toEqual([method, template, !isOfServer(operation)]);
    }
    expect((await send("scraper", "GET", "/metrics")).status).toBe(200);
  });

  it("execute, which is what a token has when nothing is said, does not see figures of the server", async () => {
    for (const path of ["/metrics", "/v1/pool"])
      expect((await send("other", "GET", path)).json).toMatchObject({
        code: "forbidden",
        scope: "metrics",
      });
  });
});
