import type { HostMessage, WorkerMessage } from "@holdfast/core";
import type { Channel } from "./channel.ts";
import { type State, readState, writeState } from "./state.ts";
import { opened } from "./interrupts.ts";
import { RequestRefused } from "./namespace/request-refused.ts";
import { withPristineRealm } from "./realm/pristine-realm.ts";
import { cut } from "./values/wire-text.ts";

type Request = HostMessage & { readonly requestId: string };

type Answer = WorkerMessage extends infer Message
  ? Message extends { readonly requestId: string; readonly type: infer Type }
    ? Type extends "display" | "input_request"
      ? never
      : Omit<Message, "requestId">
    : never
  : never;

/** What the session asks for between executions. Each request has one answer, whatever user code does that it calls. */
export class Requests {
  readonly #channel: Channel;
  readonly #state: State;

  constructor(channel: Channel, state: State) {
    this.#channel = channel;
    this.#state = state;
  }

  answer(request: Request): void {
    const { requestId } = request;
    try {
      const answer = opened(() => withPristineRealm(() => this.#do(request)));
      this.#channel.send({ ...answer, requestId });
    } catch (error) {
      this.#channel.send({ type: "refused", requestId, ...refusal(error) });
    }
  }

  #do(request: Request): Answer {
    const { namespace } = this.#state;
    switch (request.type) {
      case "list_variables":
        return {
          type: "variables",
          items: [...namespace.list(request.names, request.withValues)],
        };
      case "set_variable":
        namespace.set(request.name, request.value);
        return { type: "done" };
      case "delete_variables":
        namespace.delete(request.names);
        return { type: "done" };
      case "list_modules":
        return { type: "modules", items: [...namespace.modules()] };
      case "complete": {
        const { matches, start, end } = namespace.complete(request.code, request.cursor);
        return { type: "completions", matches: [...matches], start, end };
      }
      case "checkpoint":
        return { type: "checkpointed", ...writeState(request.path, this.#state) };
      case "restore":
        return { type: "restored", skipped: readState(request.path, this.#state) };
      case "inspect":
        return { type: "inspected", mime: namespace.inspect(request.code, request.cursor) };
      default:
        throw new RequestRefused(
          "feature_unsupported",
          `this worker does not know requests of type ${request.type}`,
        );
    }
  }
}

function refusal(error: unknown): { readonly code: string; readonly message: string } {
  if (error instanceof RequestRefused) return { code: error.code, message: error.message };
  return { code: "internal", message: cut(String(error), 10_000) };
}
