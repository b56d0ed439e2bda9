import type { HostMessage } from "@holdfast/core";
import type { Channel } from "../channel.ts";
import type { Execution } from "../execution.ts";

type Reply = HostMessage & { readonly type: "input_reply" };

/** What the session is asked for on behalf of an execution, and the answers. */
export class Questions {
  readonly #channel: Channel;
  readonly #waiting = new Map<string, (data: string | null) => void>();
  #count = 0;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  /** A line; `null` at the end of the input. */
  ask(execution: Execution, prompt: string, isPassword: boolean): Promise<string | null> {
    return new Promise((resolve) => {
      this.#waiting.set(this.#request(execution, prompt, isPassword), resolve);
    });
  }

  /** The same, for code that does not `await`. */
  askAndWait(execution: Execution, prompt: string, isPassword: boolean): string | null {
    const requestId = this.#request(execution, prompt, isPassword);
    const reply = this.#channel.waitFor(
      (message) => message.type === "input_reply" && message.requestId === requestId,
    );
    return (reply as Reply).data;
  }

  /** Whether the reply was waited for. */
  answer({ requestId, data }: Reply): boolean {
    const resolve = this.#waiting.get(requestId);
    this.#waiting.delete(requestId);
    resolve?.(data);
    return resolve !== undefined;
  }

  /** The execution is over: nobody is asked any more. */
  forget(): void {
    this.#waiting.clear();
  }

  nextId(): string {
    return `r${++this.#count}`;
  }

  #request({ executionId }: Execution, prompt: string, password: boolean): string {
    const requestId = this.nextId();
    this.#channel.send({ type: "input_request", executionId, requestId, prompt, password });
    return requestId;
  }
}
