import { type ClientOptions, type HoldfastClient, createClient } from "@holdfast/client";

/** A client of a port on loopback that does not wait long before it tries again. */
export function testClient(port: number, options: ClientOptions = {}): HoldfastClient {
  return createClient({
    baseUrl: `http://127.0.0.1:${port}`,
    ...options,
    retry: { minDelayMs: 1, maxDelayMs: 20, ...options.retry },
  });
}
