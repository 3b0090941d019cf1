import { fireEvent, render, screen } from "@testing-library/react";
import { beforeEach, expect, it } from "vitest";
import { SidePane } from "./side-pane";

beforeEach(() => localStorage.clear());

const pane = (
  <SidePane label="Delivery" name="detail" width={500}>
    content
  </SidePane>
);
const widthNow = () => screen.getByRole("separator").getAttribute("aria-valuenow");

it("is widened by keyboard, and remembers", () => {
  const { unmount } = render(pane);
  fireEvent.keyDown(screen.getByRole("separator"), { key: "ArrowLeft" });
  expect(widthNow()).toBe("524");
  unmount();
  render(pane);
  expect(widthNow()).toBe("524");
});

it("keeps room for what it shows", () => {
  render(pane);
  for (let press = 0; press < 20; press++) fireEvent.keyDown(screen.getByRole("separator"), { key: "ArrowRight" });
  expect(widthNow()).toBe("340");
});

it("starts anew from a width that is no number", () => {
  localStorage.setItem("hookbeam.detail-width", "wide");
  render(pane);
  expect(widthNow()).toBe("500");
});
