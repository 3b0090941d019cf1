import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { publicWords, wordedStates } from "./public-words";

it("says what the page says", () => {
  const source = readFileSync(new URL("../../../../web/status_words.go", import.meta.url), "utf8");
  // A literal may stand on one line or on several.
  const page = source
    .replace(/\{\s+/g, "{")
    .replace(/,\s+\}/g, "}")
    .replace(/\s+/g, " ");
  for (const state of wordedStates) {
    const { sentence, detail, step } = publicWords(state);
    expect(page, state).toContain(`{"${sentence}", "${detail}", "${step}"}`);
  }
});

it("says a state that only its endpoint knows as it is called", () => {
  expect(publicWords("in_transit")).toEqual({ sentence: "In transit", detail: "", step: "In transit" });
});
