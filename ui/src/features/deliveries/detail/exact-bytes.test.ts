import { expect, it } from "vitest";
import { escaped, queryPairs } from "./exact-bytes";

it("shows every byte, in ASCII", () => {
  expect(escaped(btoa("caf\xe9 \\x\0\x7f"))).toBe("caf\\xe9 \\\\x\\x00\\x7f");
});

it("decodes a query, but not what is no UTF-8", () => {
  expect(queryPairs("a=1&a=x+y&b=%C3%A9%20&c&=d&&e=caf%E9+1&%ff=%zz%")).toEqual([
    ["a", "1"],
    ["a", "x y"],
    ["b", "é "],
    ["c", ""],
    ["", "d"],
    ["e", "caf%E9+1"],
    ["%ff", "%zz%"],
  ]);
});
