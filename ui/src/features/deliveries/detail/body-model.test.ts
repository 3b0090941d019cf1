import { describe, expect, it } from "vitest";
import { bodyModel } from "./body-model";

const body = (text: string, rest = {}) => ({
  bytes: new TextEncoder().encode(text),
  cut: false,
  inflated: false,
  ...rest,
});

describe("bodyModel", () => {
  it("offers JSON laid out, raw and in hex", () => {
    const model = bodyModel(body('{"a":1.0}'), "application/json", 9);
    expect(model.views).toEqual(["pretty", "raw", "hex"]);
    expect(model.text("pretty")).toBe('{\n  "a": 1.0\n}');
    expect(model.text("raw")).toBe('{"a":1.0}');
    expect(model.notes).toEqual([]);
  });

  it("says that JSON is broken", () => {
    expect(bodyModel(body('{"a":'), "application/json", 5).notes.join()).toContain("not valid JSON");
  });

  it("says how much of a long body is shown, and does not call its end broken", () => {
    const bytes = new TextEncoder().encode('{"a":"é').subarray(0, -1);
    const { notes, text } = bodyModel({ bytes, cut: true, inflated: false }, "application/json", 25_000_000);
    expect(notes).toEqual(["Shown here: the first 7 B of 25.0 MB. The download has all of it."]);
    expect(text("raw")).toBe('{"a":"');
  });

  it("shows a form that cannot be read as fields raw", () => {
    expect(bodyModel(body("--x"), "multipart/form-data; boundary=y", 3).views).toEqual(["raw", "hex"]);
  });

  it("reads the character set that was declared", () => {
    const latin = { bytes: new Uint8Array([0x5a, 0xfc, 0x72]), cut: false, inflated: false };
    expect(bodyModel(latin, "text/plain; charset=iso-8859-1", 3).text("raw")).toBe("Zür");
    const model = bodyModel(latin, "text/plain", 3);
    expect(model.notes.join()).toContain("no text");
    expect(model.text("raw")).toBe("Z\ufffdr");
  });

  it("says that it was unpacked", () => {
    expect(bodyModel(body("[]", { inflated: true }), "application/json", 22).notes.join()).toContain("compressed");
  });
});
