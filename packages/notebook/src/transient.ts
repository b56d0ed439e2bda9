/** A notebook as far as its metadata goes. */
interface WithMetadata {
  readonly metadata: Record<string, unknown>;
  readonly cells: readonly { readonly metadata: Record<string, unknown> }[];
}

/** Takes out what nbformat says is never in a file. */
export function dropTransient({ metadata, cells }: WithMetadata): void {
  for (const name of ["orig_nbformat", "orig_nbformat_minor", "signature"]) delete metadata[name];
  for (const cell of cells) delete cell.metadata["trusted"];
}
