import { type ExecutionHandle, HoldfastError } from "@holdfast/core";
import { type OpenAPIHono, createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import type { AppContext } from "../app-options.ts";
import { serveChannel } from "../channel/session-channel.ts";
import type { UpgradeEnv } from "../channel/upgrade.ts";
import { problems } from "./responses.ts";

const params = z.object({ id: z.string().max(200) });

/** The protocol itself, for a client of a session. */
export function addChannelRoutes(app: OpenAPIHono, context: AppContext): void {
  const { streams, heartbeatMs, stallMs, onError } = context;
  app.openapi(
    createRoute({
      method: "get",
      path: "/v1/sessions/{id}/channel",
      operationId: "openChannel",
      summary: "A WebSocket with the framed msgpack protocol, one message in a binary frame",
      description: "See docs/protocol.md. It is answered by 101, or refused as any other request.",
      request: { params },
      responses: { 101: { description: "It is open" }, ...problems },
    }),
    (c) => {
      const { session } = context.session(c, c.req.valid("param").id);
      const { upgrade } = (c.env ?? {}) as Partial<UpgradeEnv>;
      if (upgrade === undefined) {
        throw new HoldfastError({
          code: "invalid_request",
          message: "channel: a WebSocket is needed (Upgrade: websocket)",
        });
      }
      const own = context.host(c);
      const counted = (start: () => ExecutionHandle) => own.counted(async () => start());
      streams.refuseExcess();
      const tenant = c.get("tenant");
      const countMessage = () => tenant.countRequest();
      upgrade((socket) =>
        serveChannel(socket, {
          session,
          counted,
          countMessage,
          heartbeatMs,
          stallMs,
          onError,
          onClose: streams.enter(),
        }),
      );
      return c.body(null, 200);
    },
  );
}
