import { expect, it } from "vitest";
import { publicWords } from "./public-words";

it("says a state that only its endpoint knows as it is called", () => {
  expect(publicWords("in_transit")).toEqual({ sentence: "In transit", detail: "", step: "In transit" });
});
