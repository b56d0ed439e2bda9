import { expect, it } from "vitest";
import { crumbsOf, imageTypeOf, pathIn, textOf } from "./file-paths.ts";

it("crumbsOf() names each directory on the way", () => {
  expect(crumbsOf("/")).toEqual([{ name: "/", path: "/" }]);
  expect(crumbsOf("/a/b c").map(({ path }) => path)).toEqual(["/", "/a", "/a/b c"]);
});

it("pathIn() puts one slash between", () => {
  expect([pathIn("/", "a"), pathIn("/a", "b")]).toEqual(["/a", "/a/b"]);
});

it("imageTypeOf() goes by the last extension", () => {
  expect([imageTypeOf("x.tar.PNG"), imageTypeOf("png"), imageTypeOf("x.html")]).toEqual([
    "image/png",
    null,
    null,
  ]);
});

it("textOf() takes UTF-8 only", () => {
  expect(textOf(new TextEncoder().encode("Käse"))).toBe("Käse");
  expect(textOf(Uint8Array.of(0xff, 0xfe))).toBeNull();
  expect(textOf(Uint8Array.of(65, 0, 66))).toBeNull();
});
