import { expect, it } from "vitest";
import { bodyKind } from "./body-kind";

const bytes = (text: string) => new TextEncoder().encode(text);

it.each([
  ["application/json", "{", "json"],
  ["application/vnd.api+json; charset=utf-8", "1", "json"],
  ["APPLICATION/JSON", "true", "json"],
  ["application/x-www-form-urlencoded", '{"hello":"world"}', "json"],
  ["application/x-www-form-urlencoded", "payload=%7B%7D", "form"],
  ["multipart/form-data; boundary=x", "--x", "multipart"],
  ["image/png", "\u0089PNG", "image"],
  ["image/svg+xml", "<svg/>", "text"],
  ["text/html", "<b>", "text"],
  ["", "hello", "text"],
  [undefined, '[{"a":1}]', "json"],
  ["application/octet-stream", "a\u0000b", "binary"],
  ["application/json", "", "empty"],
] as const)("%s with %j is %s", (type, body, kind) => {
  expect(bodyKind(type, bytes(body))).toBe(kind);
});

it("does not take bytes for text", () => {
  expect(bodyKind(undefined, new Uint8Array([0xff, 0xfe, 0x41, 0x42]))).toBe("binary");
});

it("is not misled by a letter that is cut at the end of what it looks at", () => {
  expect(bodyKind(undefined, bytes(`${"x".repeat(4095)}é`))).toBe("text");
});
