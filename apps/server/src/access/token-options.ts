import { z } from "zod";
import { scopes } from "./scope.ts";

const limit = z.int().min(1).max(1_000_000);

/** A token by what it is, or by its SHA-256 in hexadecimal digits, which nobody can use who reads it. */
export const tokenSchema = z
  .strictObject({
    /** Whose sessions they are: what is created with a token belongs to its name. */
    name: z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/, "1 to 64 letters, digits, - _ and ."),
    token: z
      .string()
      .regex(/^[\x21-\x7e]{16,512}$/, "16 to 512 printable ASCII characters without spaces")
      .optional(),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/i, "64 hexadecimal digits")
      .optional(),
    /** @default `["execute"]` */
    scopes: z.array(z.enum(scopes)).min(1).default(["execute"]),
    /** Sessions at a time. @default no other limit than the server's */
    maxSessions: limit.optional(),
    /** Executions that run or wait at a time. @default no limit */
    maxConcurrentExecutions: limit.optional(),
    /** Requests that are being answered at a time, streams and channels included. @default no other limit than the server's */
    maxOpenRequests: limit.optional(),
    /** So many at once, and so many a minute on the average. @default no limit */
    requestsPerMinute: limit.optional(),
  })
  .refine(({ token, sha256 }) => (token === undefined) !== (sha256 === undefined), {
    error: "token or sha256 is needed, not both",
  });

export const tokensSchema = z
  .array(tokenSchema)
  .min(1)
  .refine((tokens) => new Set(tokens.map(({ name }) => name)).size === tokens.length, {
    error: "each name once",
  });

/** A token with a name, see docs/security.md. */
export type TokenOptions = z.input<typeof tokenSchema>;
