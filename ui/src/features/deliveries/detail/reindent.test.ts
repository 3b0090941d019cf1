import { describe, expect, it } from "vitest";
import { reindent } from "./reindent";

describe("reindent", () => {
  it("lays out like JSON.stringify where nothing would be lost", () => {
    const value = { a: 1, b: [1, 2, { c: null }], d: {}, e: [], f: 'a "quoted", {braced}: [text]\\' };
    expect(reindent(JSON.stringify(value)).text).toBe(JSON.stringify(value, null, 2));
  });

  it("keeps every token as it was sent", () => {
    const sent = '{"10":12345678901234567890,"2":1.0,"a":"\\u00e9","a":1e2}';
    expect(reindent(sent).text.replace(/\n\s*/g, "").replaceAll(": ", ":")).toBe(sent);
  });

  it("drops the sender's own layout, but nothing inside strings", () => {
    expect(reindent('{ \r\n\t"a" :  "x  y" ,"b":[ ] }').text).toBe('{\n  "a": "x  y",\n  "b": []\n}');
  });

  it("lays out what is there of a body that was cut off", () => {
    expect(reindent('{"a":[1,"unfinis').text).toBe('{\n  "a": [\n    1,\n    "unfinis');
  });

  it("does not swell for a body of nothing but brackets", () => {
    const { text } = reindent("[".repeat(1 << 20));
    expect(text.length).toBeLessThan(1.1 * (1 << 20));
  });

  it("stops at its limit and says so", () => {
    const answer = reindent(`[${"1,".repeat(1000)}1]`, 200);
    expect(answer.cut).toBe(true);
    expect(answer.text.length).toBeLessThan(260);
  });
});
