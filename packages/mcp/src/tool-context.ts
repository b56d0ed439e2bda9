import type { HoldfastClient } from "@holdfast/client";
import type { ResolvedMcpOptions } from "./mcp-options.ts";

/** What the tools of a server share. */
export interface ToolContext {
  readonly client: HoldfastClient;
  readonly options: ResolvedMcpOptions;
}
