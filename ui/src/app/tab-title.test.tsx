import { act, render } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { arrivals } from "../entities/delivery/arrivals";
import { TabTitle } from "./tab-title";

it("counts what came while nobody looked, and forgets it once someone does", () => {
  const hidden = vi.spyOn(document, "hidden", "get").mockReturnValue(false);
  const arrive = (count: number) => act(() => arrivals.announce(count));
  const look = (isHidden: boolean) => {
    hidden.mockReturnValue(isHidden);
    act(() => void document.dispatchEvent(new Event("visibilitychange")));
  };

  render(<TabTitle screen="Deliveries" />);
  arrive(3);
  expect(document.title).toBe("Deliveries · Hookbeam");
  look(true);
  arrive(1200);
  arrive(34);
  expect(document.title).toBe("(1,234) Deliveries · Hookbeam");
  look(false);
  expect(document.title).toBe("Deliveries · Hookbeam");
});
