import { z } from "zod";
import { longestYieldMs } from "./mcp-options.ts";

/** Arguments that several tools take. */
export const sessionArgument = z
  .string()
  .min(1)
  .max(64)
  .describe("Id of the session. Default: your own, which keeps its state from call to call.")
  .optional();

export const yieldTimeArgument = z
  .int()
  .min(0)
  .max(longestYieldMs)
  .describe(
    "Milliseconds after which the call comes back though it runs on, with the output so far and a cursor to the rest.",
  )
  .optional();

export const pathArgument = z
  .string()
  .min(1)
  .describe("Absolute, or relative to the directory where the session is.");
