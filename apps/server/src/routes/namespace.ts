import { type Value, isValue, HoldfastError } from "@holdfast/core";
import { type OpenAPIHono, createRoute } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { JSONValue } from "hono/utils/types";
import { z } from "zod";
import type { AppContext } from "../app-options.ts";
import {
  completionsSchema,
  cursorSchema,
  inspectionSchema,
  moduleSchema,
  variableDetailsSchema,
  variableSchema,
} from "../schemas.ts";
import { sendJson } from "../send-json.ts";
import { mimeView } from "../views.ts";
import { body, json, problems } from "./responses.ts";

const params = z.object({ id: z.string().max(200) });
const variableParams = params.extend({ name: z.string().min(1).max(1000) });
const setSchema = z.object({ value: z.unknown() }).meta({ id: "SetVariable" });

/** What a session knows: variables, modules, completion, documentation. Each waits for a boundary between executions. */
export function addNamespaceRoutes(app: OpenAPIHono, { session }: AppContext): void {
  const find = (c: Context, id: string) => session(c, id).session;
  app.openapi(
    createRoute({
      method: "get",
      path: "/v1/sessions/{id}/variables",
      operationId: "listVariables",
      summary: "The user's variables",
      request: { params },
      responses: {
        200: json(z.object({ items: z.array(variableSchema) }).meta({ id: "VariableList" }), "All"),
        ...problems,
      },
    }),
    async (c) => {
      const variables = await find(c, c.req.valid("param").id).variables();
      const items = variables.map(({ value: _value, valueTruncated: _cut, ...one }) => one);
      return sendJson({ items });
    },
  );
  app.openapi(
    createRoute({
      method: "get",
      path: "/v1/sessions/{id}/variables/{name}",
      operationId: "getVariable",
      summary: "One variable, with its value",
      request: { params: variableParams },
      responses: { 200: json(variableDetailsSchema, "The variable"), ...problems },
    }),
    async (c) => {
      const { id, name } = c.req.valid("param");
      const { value, ...variable } = await find(c, id).variable(name);
      return sendJson({ ...variable, value: value as JSONValue });
    },
  );
  app.openapi(
    createRoute({
      method: "put",
      path: "/v1/sessions/{id}/variables/{name}",
      operationId: "setVariable",
      summary: "Set a variable",
      description: "`value` is JSON, or a tagged map such as `{$type: tuple, items: []}`.",
      request: { params: variableParams, body: body(setSchema) },
      responses: { 204: { description: "It is set" }, ...problems },
    }),
    async (c) => {
      const { id, name } = c.req.valid("param");
      await find(c, id).setVariable(name, valueOf(c.req.valid("json").value));
      return c.body(null, 204);
    },
  );
  app.openapi(
    createRoute({
      method: "delete",
      path: "/v1/sessions/{id}/variables/{name}",
      operationId: "deleteVariable",
      summary: "Remove a variable",
      request: { params: variableParams },
      responses: { 204: { description: "It is gone" }, ...problems },
    }),
    async (c) => {
      const { id, name } = c.req.valid("param");
      await find(c, id).deleteVariables([name]);
      return c.body(null, 204);
    },
  );
  app.openapi(
    createRoute({
      method: "delete",
      path: "/v1/sessions/{id}/variables",
      operationId: "deleteVariables",
      summary: "Remove all of the user's variables",
      request: { params },
      responses: { 204: { description: "They are gone" }, ...problems },
    }),
    async (c) => {
      await find(c, c.req.valid("param").id).deleteVariables();
      return c.body(null, 204);
    },
  );
  app.openapi(
    createRoute({
      method: "get",
      path: "/v1/sessions/{id}/modules",
      operationId: "listModules",
      summary: "What was imported, and by which execution",
      request: { params },
      responses: {
        200: json(z.object({ items: z.array(moduleSchema) }).meta({ id: "ModuleList" }), "All"),
        ...problems,
      },
    }),
    async (c) => sendJson({ items: [...(await find(c, c.req.valid("param").id).modules())] }),
  );
  app.openapi(
    createRoute({
      method: "post",
      path: "/v1/sessions/{id}/complete",
      operationId: "complete",
      summary: "What could stand at the cursor",
      request: { params, body: body(cursorSchema) },
      responses: { 200: json(completionsSchema, "The matches"), ...problems },
    }),
    async (c) => {
      const { code, cursor = [...code].length } = c.req.valid("json");
      const { matches, ...place } = await find(c, c.req.valid("param").id).complete(code, cursor);
      return sendJson({ matches: [...matches], ...place });
    },
  );
  app.openapi(
    createRoute({
      method: "post",
      path: "/v1/sessions/{id}/inspect",
      operationId: "inspect",
      summary: "Documentation of what stands at the cursor",
      request: { params, body: body(cursorSchema) },
      responses: { 200: json(inspectionSchema, "What is known, or null"), ...problems },
    }),
    async (c) => {
      const { code, cursor = [...code].length } = c.req.valid("json");
      const mime = await find(c, c.req.valid("param").id).inspect(code, cursor);
      return sendJson({ mime: mime === null ? null : mimeView(mime) });
    },
  );
}

function valueOf(value: unknown): Value {
  if (isValue(value)) return value;
  throw new HoldfastError({
    code: "invalid_request",
    message: "value: received what no variable can be set to, allowed JSON and tagged maps",
  });
}
