import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { problem } from "../problem.ts";

/** Answers an upgrade that is not to be, and closes its connection. */
export function refuseUpgrade(socket: Duplex, error: unknown): void {
  const { status, headers, body } = problem(error);
  const all = {
    ...headers,
    "content-length": String(Buffer.byteLength(body)),
    connection: "close",
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.on("error", () => {}); // it may be gone
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n${lines.join("")}\r\n${body}`);
}
