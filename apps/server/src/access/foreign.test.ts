import { HoldfastError } from "@holdfast/core";
import { describe, expect, it } from "vitest";
import { refuseForeign } from "./foreign.ts";
import type { RequestHead } from "./request-head.ts";

const loopbackOnly = { allowedHosts: new Set<string>(), allowedOrigins: new Set<string>() };

/** The code it is refused with; `null`: it is not. */
function refusal(
  host: string | null,
  headers: Readonly<Record<string, string>> = {},
  options: Parameters<typeof refuseForeign>[2] = loopbackOnly,
  isPage = false,
): string | null {
  const head: RequestHead = {
    method: "GET",
    path: "/v1/sessions",
    host,
    remoteAddress: null,
    header: (name) => headers[name],
  };
  try {
    refuseForeign(head, isPage, options);
    return null;
  } catch (error) {
    return HoldfastError.is(error) ? error.code : String(error);
  }
}

describe("refuseForeign(), the Host", () => {
  it.each(["localhost", "LOCALHOST:4650", "127.0.0.1:1", "127.9.9.9", "[::1]", "[::1]:4650"])(
    "takes %s",
    (host) => expect(refusal(host)).toBeNull(),
  );

  it.each([
    "evil.example",
    "evil.example:4650",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "localhost.",
    "xlocalhost",
    "10.0.0.1",
    "0.0.0.0",
    "2130706433",
    "0x7f.1",
    "[::]",
    "[::ffff:127.0.0.1]",
    "127.0.0.1.",
  ])("refuses %s where only loopback names are served [A52]", (host) =>
    expect(refusal(host)).toBe("forbidden"),
  );

  it.each([
    null,
    "",
    "localhost@evil.example",
    "localhost/x",
    "localhost:x",
    "localhost:",
    "localhost:1:2",
    "a b",
    "http://localhost",
    "localhost,evil.example",
    "localhost\\@x",
  ])("takes no name that is none: %j [A52]", (host) =>
    expect(["invalid_request", "forbidden"]).toContain(refusal(host)),
  );

  it("takes those that are named, whatever the case and the port, and no part of one", () => {
    const options = { ...loopbackOnly, allowedHosts: new Set(["holdfast.example"]) };
    for (const host of ["holdfast.example", "Holdfast.Example:8443", "localhost"])
      expect(refusal(host, {}, options)).toBeNull();
    for (const host of ["x.holdfast.example", "holdfast.example.evil.example", "example"])
      expect(refusal(host, {}, options)).toBe("forbidden");
  });
});

describe("refuseForeign(), the Origin", () => {
  const host = "127.0.0.1:4650";

  it.each(["http://127.0.0.1:4650", "https://127.0.0.1:4650"])("takes its own, %s", (origin) =>
    expect(refusal(host, { origin, "sec-fetch-site": "same-origin" })).toBeNull(),
  );

  it.each([
    "null",
    "",
    "http://127.0.0.1",
    "http://127.0.0.1:46500",
    "http://localhost:4650",
    "ws://127.0.0.1:4650",
    "file://",
    "http://127.0.0.1:4650.evil.example",
    "http://evil.example/?http://127.0.0.1:4650",
    "http://127.0.0.1:4650, http://evil.example",
    "chrome-extension://abc",
  ])("refuses %j [A53] [A54]", (origin) => expect(refusal(host, { origin })).toBe("forbidden"));

  it("takes those that are named, as they are, and no part of one [A54]", () => {
    const options = { ...loopbackOnly, allowedOrigins: new Set(["https://good.com"]) };
    const from = (origin: string) =>
      refusal(host, { origin, "sec-fetch-site": "cross-site" }, options);
    expect(from("https://good.com")).toBeNull();
    for (const origin of [
      "https://good.com.evil.com",
      "https://evil.com/good.com",
      "http://good.com",
      "https://good.com:444",
      "https://x.good.com",
      "https://GOOD.com",
      "null",
    ])
      expect(from(origin)).toBe("forbidden");
  });

  it.each(["cross-site", "same-site", "anything"])(
    "refuses Sec-Fetch-Site %s where there is no Origin, pages excepted [A53]",
    (site) => {
      expect(refusal(host, { "sec-fetch-site": site })).toBe("forbidden");
      expect(refusal(host, { "sec-fetch-site": site }, loopbackOnly, true)).toBeNull();
    },
  );
});
