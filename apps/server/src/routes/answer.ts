import type { ExecutionHandle } from "@holdfast/core";
import type { Context } from "hono";
import { z } from "zod";
import type { AppContext } from "../app-options.ts";
import { dropConnection, onDisconnect as whenGone } from "../disconnect.ts";
import { eventStream } from "../event-stream.ts";
import type { OpenStreams } from "../open-streams.ts";
import { executionSchema } from "../schemas.ts";
import { sendJson } from "../send-json.ts";
import { executionView } from "../views.ts";

/** How output stands in JSON. */
export const encodingQuery = z.object({ encoding: z.enum(["text", "base64"]).default("text") });

/** How an execution is answered. */
export const answerQuery = encodingQuery.extend({
  onDisconnect: z.enum(["continue", "interrupt"]).default("continue"),
  heartbeats: z.stringbool({ truthy: ["true"], falsy: ["false"] }).default(false),
});

/** An execution as JSON, or as the stream of its events. */
export const executionContent = {
  "application/json": { schema: executionSchema },
  "text/event-stream": { schema: z.string() },
};

type Query = z.infer<typeof answerQuery>;
type StreamOptions = Query & Pick<AppContext, "heartbeatMs" | "stallMs" | "streams">;

/** Answers with an execution as the client asked: its events, at once when it runs in the background, or its end. */
export async function answer(
  c: Context,
  execution: ExecutionHandle,
  options: StreamOptions & {
    readonly isBackground: boolean;
    /** Waited for between the end and the answer. */
    readonly stored?: () => Promise<void>;
  },
): Promise<Response> {
  const { encoding, isBackground } = options;
  if (wantsEvents(c)) return stream(c, execution, { ...options, after: 0 });
  if (isBackground) return sendJson(executionView(execution, encoding), 202);
  if (options.onDisconnect === "interrupt") {
    const forget = whenGone(c, () => execution.interrupt());
    await execution.ended;
    forget();
  } else await execution.ended;
  await options.stored?.();
  return sendJson(executionView(execution, encoding));
}

/** The events of an execution behind `after`. */
export function stream(
  c: Context,
  execution: ExecutionHandle,
  { onDisconnect, ...options }: StreamOptions & { readonly after: number },
): Response {
  return eventStream(execution, {
    ...options,
    drop: () => dropConnection(c),
    onClose: (isCut) => {
      if (isCut && onDisconnect === "interrupt") execution.interrupt();
    },
  });
}

/** Before anything is started. @throws HoldfastError `too_many_streams` for a request for events when no more may be opened */
export function refuseExcess(c: Context, streams: OpenStreams): void {
  if (wantsEvents(c)) streams.refuseExcess();
}

export function wantsEvents(c: Context): boolean {
  return c.req.header("accept")?.includes("text/event-stream") === true;
}
