import type { Feature, HostMessage } from "@holdfast/core";
import type { WorkerStep } from "./worker-step.ts";

/** What a scripted worker is, and what it answers. */
export interface WorkerScript {
  /** What its `ready` says. @default `scripted` */
  readonly runtime?: string;
  /** Likewise. @default `1` */
  readonly version?: string;
  /** Likewise. @default none */
  readonly features?: readonly Feature[];
  /**
   * What it does when it receives a message of that type, in place of what it does by itself: `ready` for `hello`, a
   * `heartbeat` for `ping`, the steps that are its code for `execute`, an end for `shutdown`, nothing for `interrupt`, `ack`
   * and `input_reply`, and `refused` for all else.
   */
  readonly answers?: { readonly [Type in HostMessage["type"]]?: readonly WorkerStep[] };
}
