import { decodeBase64 } from "./decode-output.ts";
import type { ExecutionDetails, Output, OutputEncoding } from "./execution.ts";

/** An execution as users get it, of what was asked for with the encoding on the wire. */
export function decodeExecution<Encoding extends OutputEncoding>(
  execution: ExecutionDetails,
  encoding: Encoding,
): ExecutionDetails<Encoding> {
  const decode = (output: string) =>
    (encoding === "bytes" ? decodeBase64(output) : output) as Output<Encoding>;
  return { ...execution, stdout: decode(execution.stdout), stderr: decode(execution.stderr) };
}
