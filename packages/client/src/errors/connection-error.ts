/** No answer came, or it broke off, and it could not be had again. {@link cause} is what the platform says. */
export class ConnectionError extends Error {
  override readonly name = "ConnectionError";
  /** Of the request. */
  readonly url: string;

  constructor(url: string, what: string, cause: unknown) {
    const { origin } = new URL(url);
    super(`${what} at ${origin}: is the server running? Start one with: holdfast serve`, { cause });
    this.url = url;
  }
}
