import { act, fireEvent, render, screen } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";
import { Copy } from "./copy";
import { toasts } from "./toast";

afterEach(() => void vi.useRealTimers());

it("copies, says so, and is ready again after two seconds", async () => {
  const user = userEvent.setup(); // brings a clipboard
  render(<Copy text="http://hooks.test/in/a" what="address" />);
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  fireEvent.click(screen.getByRole("button", { name: "Copy address" }));
  await act(async () => {});
  expect(screen.getByRole("status").textContent).toBe("Copied address");
  act(() => void vi.advanceTimersByTime(2000));
  expect(screen.getByRole("status").textContent).toBe("");
  vi.useRealTimers();
  await user.paste();
  expect(await navigator.clipboard.readText()).toBe("http://hooks.test/in/a");
});

it("says what to do where the browser refuses", async () => {
  vi.stubGlobal("navigator", { userAgent: "" });
  render(<Copy text="x" what="address" />);
  fireEvent.click(screen.getByRole("button", { name: "Copy address" }));
  await vi.waitFor(() => expect(toasts.get().at(-1)?.text).toBe("Select the text and copy it by hand."));
  vi.unstubAllGlobals();
});
