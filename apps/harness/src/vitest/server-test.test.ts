import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, expect } from "vitest";
import { serverTest } from "./server-test.ts";

const log: string[] = [];

// Registered first, it runs last: when the fixtures of the file have ended.
afterAll(() => expect(log).toEqual(["started"]));

const test = serverTest(async ({ dataFolder }) => {
  expect(existsSync(dataFolder)).toBe(true);
  log.push("started");
  const server = createServer((_request, response) => response.end("hello"));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    expect(existsSync(dataFolder)).toBe(true);
    server.close();
    await once(server, "close");
  };
  return { url: `http://127.0.0.1:${port}`, port, close };
});

test("serverTest() starts a server for the file [R9.1]", async ({ server }) => {
  expect(await (await fetch(server.url)).text()).toBe("hello");
});

test("serverTest() gives the next test the same server, with all that it has", async ({
  server,
  dataFolder,
}) => {
  expect(server.port).toBeGreaterThan(0);
  expect(existsSync(dataFolder)).toBe(true);
  expect(log).toEqual(["started"]);
});
