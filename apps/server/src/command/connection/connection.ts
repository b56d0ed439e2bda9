import type { HoldfastClient } from "@holdfast/client";

/** A client of a server, or of a host in this process that ends with the connection. */
export interface Connection extends AsyncDisposable {
  readonly client: HoldfastClient;
  /** Whether everything runs in this process. */
  readonly isLocal: boolean;
}
