import { expect, it } from "vitest";
import { wordsOf } from "./words";

it("has no line end before a French colon", () => {
  const { lines, test } = wordsOf("fr-CA");
  for (const text of [...Object.values(lines), test]) expect(text).not.toMatch(/[^\u00a0\u202f][;:!?]/);
});
