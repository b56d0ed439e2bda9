/**
 * A stream, with a wait before each item: what a reader does that cannot keep up. Leaving the loop leaves the stream.
 * @param wait what is waited for, such as a timer or an event of the test
 */
export async function* readSlowly<T>(
  stream: AsyncIterable<T>,
  wait: () => Promise<unknown>,
): AsyncGenerator<T, void, void> {
  for await (const item of stream) {
    await wait();
    yield item;
  }
}
