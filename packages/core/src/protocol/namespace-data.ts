import { z } from "zod";
import { valueSchema } from "./value.ts";

/** Something that was left out, and why. */
export const skippedSchema = z
  .object({ name: z.string(), reason: z.string() })
  .meta({ id: "Skipped" });
export type Skipped = z.infer<typeof skippedSchema>;

/** A variable of the user's. */
export const variableSchema = z
  .object({
    name: z.string(),
    /** The type as the language names it, such as `int` or `declare -A`. */
    type: z.string(),
    /** Bounded in length; never empty. */
    repr: z.string(),
    /** Of the object itself, without what it refers to; `null` where that is not known. */
    sizeBytes: z.int().nullable(),
    /** The code that defined a function or a class, where it is known. */
    source: z.string().nullable(),
    /** Only when values were asked for, else `null`. */
    value: valueSchema,
    valueTruncated: z.boolean(),
  })
  .meta({ id: "Variable" });
export type Variable = z.infer<typeof variableSchema>;

/** What an execution changed in the namespace. */
export const namespaceChangesSchema = z
  .object({
    added: z.array(z.string()),
    /** Assigned anew, or changed in place as far as that can be seen. */
    changed: z.array(z.string()),
    removed: z.array(z.string()),
    /** Modules that were imported for the first time. */
    modules: z.array(z.string()),
  })
  .meta({ id: "NamespaceChanges" });
export type NamespaceChanges = z.infer<typeof namespaceChangesSchema>;
