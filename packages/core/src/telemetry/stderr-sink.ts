/** What is written behind a reader that does not read. */
const maxPendingBytes = 1 << 20;

type Output = Pick<NodeJS.WriteStream, "write" | "writableLength" | "on" | "off" | "listenerCount">;

/**
 * A log that never makes its writer wait or fail: what a full stream does not take is dropped, and the next line says how
 * much that was; a closed one takes nothing.
 */
export function stderrSink(stream: Output): (line: string) => void {
  let dropped = 0;
  if (stream.listenerCount("error", ignore) === 0) stream.on("error", ignore);
  return (line) => {
    if (stream.writableLength > maxPendingBytes) {
      dropped++;
      return;
    }
    const gap = dropped === 0 ? "" : `… ${dropped} lines dropped\n`;
    dropped = 0;
    stream.write(`${gap}${line}`);
  };
}

function ignore(): void {}
