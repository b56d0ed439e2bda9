import { type OpenAPIHono, createRoute } from "@hono/zod-openapi";
import type { AppContext } from "../app-options.ts";
import { dropConnection, onDisconnect } from "../disconnect.ts";
import { eventStream } from "../event-stream.ts";
import { runSchema } from "../schemas.ts";
import { sendJson } from "../send-json.ts";
import { executionView } from "../views.ts";
import { encodingQuery, executionContent, refuseExcess, wantsEvents } from "./answer.ts";
import { body, problems } from "./responses.ts";
import { defined, unsupported } from "./sessions.ts";

/** One-shot: a pristine session, the code, gone. So is all of it when the client goes away. */
export function addRunRoutes(app: OpenAPIHono, context: AppContext): void {
  const { host, heartbeatMs, stallMs, streams } = context;
  app.openapi(
    createRoute({
      method: "post",
      path: "/v1/run",
      operationId: "run",
      summary: "Run code in a session of its own that ends with it",
      description:
        "With `Accept: text/event-stream` the answer is the stream of its events. It ends when the client goes away.",
      request: { query: encodingQuery, body: body(runSchema) },
      responses: {
        200: { description: "The execution, when it has ended", content: executionContent },
        ...problems,
      },
    }),
    async (c) => {
      const { runtime, code, background, allowInput, onError, ...options } = c.req.valid("json");
      const { encoding } = c.req.valid("query");
      if (background === true) throw unsupported("background in /v1/run");
      if (allowInput === true) throw unsupported("allowInput in /v1/run");
      if (onError === "rollback") throw unsupported("onError: rollback");
      refuseExcess(c, streams);
      const own = host(c);
      let id = "";
      // It may have been deleted by its id meanwhile.
      const end = async () => (id === "" ? undefined : own.delete(id).catch(() => {}));
      try {
        const execution = await own.counted(async () => {
          const created = await own.create({
            runtime,
            labels: { purpose: "run" },
            persist: false,
          });
          ({ id } = created.session);
          return created.session.execute(code, defined(options));
        });
        if (wantsEvents(c)) {
          return eventStream(execution, {
            after: 0,
            heartbeats: false,
            encoding,
            heartbeatMs,
            stallMs,
            streams,
            drop: () => dropConnection(c),
            onClose: () => void end(),
          });
        }
        const forget = onDisconnect(c, () => void end());
        await execution.ended;
        forget();
        const answer = sendJson(executionView(execution, encoding));
        await end();
        return answer;
      } catch (error) {
        await end();
        throw error;
      }
    },
  );
}
