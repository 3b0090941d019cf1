import { act, fireEvent, render, screen } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";
import { Tooltip } from "./tooltip";

afterEach(() => void vi.useRealTimers());

const button = (
  <Tooltip text="Last heard 3 s ago">
    <button type="button">Live</button>
  </Tooltip>
);

it("shows on keyboard focus, belongs to its child, and goes with Escape", async () => {
  const user = userEvent.setup();
  render(button);
  await user.tab();
  expect(screen.getByRole("tooltip").textContent).toBe("Last heard 3 s ago");
  expect(screen.getByRole("button").getAttribute("aria-describedby")).toBe(screen.getByRole("tooltip").id);
  await user.keyboard("{Escape}");
  expect(screen.queryByRole("tooltip")).toBeNull();
});

it("waits a moment under the pointer, and not for one that passes", () => {
  vi.useFakeTimers();
  render(button);
  const target = screen.getByRole("button");
  const pointer = (type: string) =>
    fireEvent(target, Object.assign(new MouseEvent(type, { bubbles: true }), { pointerType: "mouse" }));
  pointer("pointerover");
  pointer("pointerout");
  act(() => void vi.advanceTimersByTime(1000));
  expect(screen.queryByRole("tooltip")).toBeNull();
  pointer("pointerover");
  act(() => void vi.advanceTimersByTime(400));
  expect(screen.getByRole("tooltip")).toBeTruthy();
});
