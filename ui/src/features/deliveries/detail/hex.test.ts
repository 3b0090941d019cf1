import { expect, it } from "vitest";
import { hexDump } from "./hex";

it("shows offset, bytes and text", () => {
  const bytes = new Uint8Array([...new TextEncoder().encode("hello, hookbeam!"), 0x00, 0xff, 0x41]);
  expect(hexDump(bytes)).toBe(
    [
      "00000  68 65 6c 6c 6f 2c 20 68  6f 6f 6b 62 65 61 6d 21  hello, hookbeam!",
      "00010  00 ff 41                                          ··A",
    ].join("\n"),
  );
});

it("shows nothing for nothing", () => {
  expect(hexDump(new Uint8Array())).toBe("");
});
