import type { Channel } from "./channel.ts";
import { currentExecution, owner } from "./execution.ts";
import type { Questions } from "./input/questions.ts";
import type { Outputs } from "./output/outputs.ts";
import { defineProperty } from "./primordials.ts";
import { mimeFromObject, offeredMime } from "./values/mime-bundle.ts";
import { safeInspect } from "./values/safe-inspect.ts";

/** Options of the global `display()`. */
interface DisplayOptions {
  /** A name for what is shown. */
  readonly displayId?: string;
  /** Whether it takes the place of what was shown under that name before. @default false */
  readonly update?: boolean;
  /** Whether the value is a bundle itself: data by MIME type. @default false */
  readonly raw?: boolean;
}

/** Defines the global `display(value, options?)`: shows a value in all its forms, in order with what is printed. */
export function installDisplay(channel: Channel, questions: Questions, outputs: Outputs): void {
  const display = (value: unknown, options: DisplayOptions = {}): void => {
    const execution = owner();
    if (execution === null) return;
    const isBundle = options.raw === true && typeof value === "object" && value !== null;
    const { mime, problems } = isBundle
      ? mimeFromObject(value)
      : offeredMime(value, safeInspect(value));
    outputs.printLines("stderr", problems);
    const requestId = execution === currentExecution() ? questions.nextId() : null;
    channel.send({
      type: "display",
      executionId: execution.executionId,
      requestId,
      mime,
      displayId: options.displayId === undefined ? null : options.displayId,
      update: options.update === true,
    });
    if (requestId === null) return;
    channel.waitFor((message) => message.type === "ack" && message.requestId === requestId);
  };
  defineProperty(globalThis, "display", { value: display, writable: true, configurable: true });
}
