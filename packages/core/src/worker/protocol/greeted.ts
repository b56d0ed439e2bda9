import type { StreamChannel } from "../../channel/stream-channel.ts";
import type { HostMessage } from "../../protocol/host-message.ts";
import type { workerMessageSchema } from "../../protocol/worker-message.ts";
import type { GuardedProcess } from "../guarded-process.ts";
import type { OutputLanes } from "../output-lanes.ts";
import type { WorkerKind } from "./worker-kind.ts";

/** The channel of a worker as its host has it. */
export type WorkerChannel = StreamChannel<HostMessage, typeof workerMessageSchema>;

/** A process that has answered a `hello`. */
export interface Greeted {
  readonly process: GuardedProcess;
  readonly channel: WorkerChannel;
  readonly lanes: OutputLanes;
  readonly version: string;
  readonly kind: WorkerKind;
}
