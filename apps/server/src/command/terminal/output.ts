/** The reader of our output has gone. */
export class ReaderGone extends Error {
  override readonly name = "ReaderGone";
}

/**
 * Writes and waits until it is taken, so that nothing piles up here for slow readers.
 * @throws ReaderGone
 */
export async function write(stream: NodeJS.WriteStream, data: Uint8Array | string): Promise<void> {
  // Empty chunks would call back, too, but only in their turn.
  if (data.length === 0) return;
  const written = Promise.withResolvers<void>();
  stream.write(data, (error) => {
    if (error === null || error === undefined) written.resolve();
    else written.reject(new ReaderGone(error.message, { cause: error }));
  });
  await written.promise;
}

/** {@link write} to standard output. */
export function print(text: string): Promise<void> {
  return write(process.stdout, text);
}

/** A value for programs: one line of JSON. */
export function printJson(value: unknown): Promise<void> {
  return print(`${JSON.stringify(value)}\n`);
}

/** One line for people, on standard error. */
export function note(text: string): void {
  process.stderr.write(`${text}\n`);
}
