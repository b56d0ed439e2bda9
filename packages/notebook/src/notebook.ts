import { z } from "zod";

const metadataSchema = z.record(z.string(), z.unknown());
const mimeBundleSchema = z.record(z.string(), z.unknown());
const executionCountSchema = z.int().min(0).nullable();
const cellIdSchema = z.string().regex(/^[a-zA-Z0-9-_]{1,64}$/, "1 to 64 letters, digits, - and _");

const outputSchema = z.discriminatedUnion("output_type", [
  z.looseObject({ output_type: z.literal("stream"), name: z.string(), text: z.string() }),
  z.looseObject({
    output_type: z.literal("display_data"),
    data: mimeBundleSchema,
    metadata: metadataSchema,
  }),
  z.looseObject({
    output_type: z.literal("execute_result"),
    data: mimeBundleSchema,
    metadata: metadataSchema,
    execution_count: executionCountSchema,
  }),
  z.looseObject({
    output_type: z.literal("error"),
    ename: z.string(),
    evalue: z.string(),
    traceback: z.array(z.string()),
  }),
]);

const cellMetadataSchema = z.looseObject({ tags: z.array(z.string()).optional() });
const cell = {
  id: cellIdSchema.optional(),
  metadata: cellMetadataSchema,
  source: z.string(),
  attachments: z.record(z.string(), mimeBundleSchema).optional(),
};

const cellSchema = z.discriminatedUnion("cell_type", [
  z.looseObject({
    cell_type: z.literal("code"),
    ...cell,
    outputs: z.array(outputSchema),
    execution_count: executionCountSchema,
  }),
  z.looseObject({ cell_type: z.literal("markdown"), ...cell }),
  z.looseObject({ cell_type: z.literal("raw"), ...cell }),
]);

/** A notebook of nbformat 4.0 to 4.5 whose texts are whole, not lists of lines. */
export const notebookSchema = z.looseObject({
  nbformat: z.literal(4),
  nbformat_minor: z.int().min(0).max(5),
  metadata: z.looseObject({
    kernelspec: z.looseObject({ name: z.string(), language: z.string().optional() }).optional(),
    language_info: z.looseObject({ name: z.string() }).optional(),
  }),
  cells: z.array(cellSchema),
});

/** A notebook in memory: as nbformat 4 has it, with each text in one piece. Fields that are not known are kept. */
export type Notebook = z.infer<typeof notebookSchema>;
/** One cell: code, Markdown or raw text. */
export type Cell = z.infer<typeof cellSchema>;
/** A cell of code, with what it has put out. */
export type CodeCell = Extract<Cell, { cell_type: "code" }>;
/** What a cell has put out: a piece of a stream, a display, a result or an error. */
export type Output = z.infer<typeof outputSchema>;
