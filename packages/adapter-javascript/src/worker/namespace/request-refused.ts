/** A request that cannot be done; the state is as before. */
export class RequestRefused extends Error {
  override readonly name = "RequestRefused";
  /** One of the protocol's. */
  readonly code:
    | "invalid_request"
    | "variable_not_found"
    | "checkpoint_invalid"
    | "feature_unsupported";

  constructor(code: RequestRefused["code"], message: string) {
    super(message);
    this.code = code;
  }
}
