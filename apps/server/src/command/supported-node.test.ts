import { expect, test } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { isSupportedNode, supportedNode } from "./supported-node.ts";

test.for([
  ["20.19.0", false],
  ["22.17.1", false],
  ["22.18.0", true],
  ["22.23.3", true],
  ["23.11.1", false],
  ["24.10.0", false],
  ["24.11.0", true],
  ["25.0.0", true],
  ["26.10.0", true],
] as const)("isSupportedNode() of Node %s is %s", ([version, isSupported]) => {
  expect(isSupportedNode(version)).toBe(isSupported);
});

test("what is said and what is checked is what the manifest asks for", () => {
  expect(manifest.engines.node).toBe("^22.18.0 || >=24.11.0");
  expect(supportedNode).toBe("Node 22.18, 24.11 or newer");
});
