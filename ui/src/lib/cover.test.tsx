import { render, screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { cover } from "./cover";

it("leaves only the panel and what lies above the layout, and gives the focus back", () => {
  render(
    <div id="root">
      <div>
        <main>
          <button type="button">row</button>
          <div tabIndex={-1} data-testid="panel">
            <button type="button">inside</button>
          </div>
        </main>
        <nav>bar</nav>
      </div>
      <div>notices</div>
    </div>,
  );
  const inert = () => [...document.querySelectorAll("[inert]")].map((element) => element.textContent);
  screen.getByText("row").focus();

  const uncover = cover(screen.getByTestId("panel"));
  expect(inert()).toEqual(["row", "bar"]);
  expect(document.activeElement).toBe(screen.getByTestId("panel"));

  uncover();
  expect(inert()).toEqual([]);
  expect(document.activeElement).toBe(screen.getByText("row"));
});
