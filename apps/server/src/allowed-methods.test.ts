import { OpenAPIHono } from "@hono/zod-openapi";
import { expect, it } from "vitest";
import { allowedMethods } from "./allowed-methods.ts";

it.each([
  ["/a", ["GET", "HEAD", "POST"]],
  ["/a/x", ["DELETE"]],
  ["/a/", []],
  ["/a/x/y", []],
  ["/b", []],
])("allowedMethods() of %s are %j", (path, wanted) => {
  const app = new OpenAPIHono();
  app.use((_c, next) => next());
  app.get("/a", (c) => c.text(""));
  app.post("/a", (c) => c.text(""));
  app.delete("/a/:id", (c) => c.text(""));
  expect(allowedMethods(app, path)).toEqual(wanted);
});
