import { describe, expect, it } from "vitest";
import { multipartFields, urlencodedFields } from "./form-fields";

const bytes = (text: string) => new TextEncoder().encode(text);

describe("urlencodedFields", () => {
  it("keeps order and repeated names", () => {
    expect(urlencodedFields("b=1&a=x+y%26z&b=%C3%A9")).toEqual([
      { name: "b", value: "1", size: 1 },
      { name: "a", value: "x y&z", size: 5 },
      { name: "b", value: "é", size: 2 },
    ]);
  });

  it("leaves a form of thousands of fields to the raw view", () => {
    expect(urlencodedFields("a=1&".repeat(1001))).toBeUndefined();
  });
});

describe("multipartFields", () => {
  const type = 'multipart/form-data; boundary="b:1"';
  const body = [
    "--b:1",
    'Content-Disposition: form-data; name="subject"',
    "",
    "Zahlung é",
    "--b:1",
    'Content-Disposition: form-data; name="attachment-1"; filename="a \\"b\\".png"',
    "Content-Type: image/png",
    "",
    "PNG…",
    "--b:1--",
    "",
  ].join("\r\n");

  it("reads text and files", () => {
    expect(multipartFields(bytes(body), type)).toEqual([
      { name: "subject", value: "Zahlung é", size: 10 },
      { name: "attachment-1", value: "", file: { name: 'a "b".png', type: "image/png" }, size: 6 },
    ]);
  });

  it("leaves alone what is cut off, or has another boundary", () => {
    expect(multipartFields(bytes(body.slice(0, -8)), type)).toBeUndefined();
    expect(multipartFields(bytes(body), "multipart/form-data; boundary=other")).toBeUndefined();
    expect(multipartFields(bytes(body), "multipart/form-data")).toBeUndefined();
  });
});
