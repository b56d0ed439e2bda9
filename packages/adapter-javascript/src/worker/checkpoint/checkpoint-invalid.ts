import { RequestRefused } from "../namespace/request-refused.ts";

/** The bytes are not a checkpoint that can be restored here; the message says why. The state is as before. */
export class CheckpointInvalid extends RequestRefused {
  constructor(reason: string) {
    super("checkpoint_invalid", reason);
  }
}
