import { createElement } from "react";
import { renderToString } from "react-dom/server";
import { expect, it } from "vitest";
import { PaymentStatus } from "./index";

it("is loaded and drawn where there is no window", () => {
  expect(typeof window).toBe("undefined");
  const drawn = renderToString(createElement(PaymentStatus, { token: "tok", url: "https://hooks.example.com" }));
  expect(drawn).toContain("…");
});
