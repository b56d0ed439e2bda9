import type { CallOptions } from "../http/http-client.ts";

/** JSON Schema of an object, as agent SDKs take it. */
export interface InputSchema {
  readonly type: "object";
  readonly properties: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly required?: readonly string[];
  readonly additionalProperties: false;
}

/** A tool for an agent: what its SDK is told of it, and what is done when the agent calls it. */
export interface AgentTool<Input> {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: InputSchema;
  /**
   * What the agent is answered, bounded in length. What went wrong in the code is part of it, and no error.
   * @throws HoldfastApiError, ConnectionError; the signal's reason, and then the code is interrupted
   */
  run(input: Input, options?: CallOptions): Promise<string>;
}
