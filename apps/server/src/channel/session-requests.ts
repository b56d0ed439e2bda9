import {
  type ClientMessage,
  HoldfastError,
  type Session,
  type SessionMessage,
} from "@holdfast/core";

type Executing = "hello" | "execute" | "interrupt" | "input_reply";

/** What is answered by one message with the same `requestId`. */
export type ClientRequest = Exclude<ClientMessage, { readonly type: Executing }>;

export function isRequest(message: ClientMessage): message is ClientRequest {
  return "requestId" in message && message.type !== "input_reply";
}

/**
 * The answer to a request. Waits for its turn among the executions.
 * @throws HoldfastError for what cannot be done
 */
export async function answerRequest(
  session: Session,
  request: ClientRequest,
): Promise<SessionMessage> {
  const { requestId } = request;
  switch (request.type) {
    case "ping":
      return { type: "heartbeat", requestId, isBusy: session.isBusy };
    case "list_variables":
      return { type: "variables", requestId, items: [...(await session.variables(request))] };
    case "set_variable":
      await session.setVariable(request.name, request.value);
      return { type: "done", requestId };
    case "delete_variables":
      await session.deleteVariables(request.names);
      return { type: "done", requestId };
    case "list_modules":
      return { type: "modules", requestId, items: [...(await session.modules())] };
    case "complete": {
      const { matches, ...place } = await session.complete(request.code, request.cursor);
      return { type: "completions", requestId, matches: [...matches], ...place };
    }
    case "inspect": {
      const mime = await session.inspect(request.code, request.cursor);
      return { type: "inspected", requestId, mime };
    }
    case "checkpoint":
    case "restore":
    case "fork":
      throw new HoldfastError({
        code: "feature_unsupported",
        message: `${request.type} over the channel: there is a route for it`,
        details: { feature: request.type },
      });
    default:
      return request satisfies never;
  }
}
