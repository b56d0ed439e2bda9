import { Agent, type IncomingMessage, request } from "node:http";

/** Requests over one kept connection, with as little of a client as Node has. */
export class HttpClient {
  readonly #url: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });

  constructor(url: string) {
    this.#url = url;
  }

  /** Sends a request and answers when the head of the answer is there. @throws Error for a status of 400 or more */
  async send(
    method: string,
    path: string,
    body?: unknown,
    accept = "application/json",
  ): Promise<IncomingMessage> {
    const text = body === undefined ? "" : JSON.stringify(body);
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const headers = {
      accept,
      "content-type": "application/json",
      "content-length": Buffer.byteLength(text),
    };
    request(this.#url + path, { method, agent: this.#agent, headers }, resolve)
      .once("error", reject)
      .end(text);
    const response = await promise;
    if ((response.statusCode ?? 500) < 400) return response;
    throw new Error(
      `${method} ${path}: ${response.statusCode} ${(await bodyOf(response)).toString()}`,
    );
  }

  /** {@link send}, and the whole answer. */
  async json<T>(method: string, path: string, body?: unknown): Promise<T> {
    const bytes = await bodyOf(await this.send(method, path, body));
    return (bytes.length === 0 ? undefined : JSON.parse(bytes.toString())) as T;
  }

  close(): void {
    this.#agent.destroy();
  }
}

async function bodyOf(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
