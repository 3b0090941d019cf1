import { render, screen } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import type { ReactNode } from "react";
import { expect, it, vi } from "vitest";
import { type KeyMap, useKeyHelp, useKeys } from "./keys";

function Screen({
  keys,
  when,
  group,
  children,
}: {
  keys: KeyMap;
  when?: boolean;
  group?: string;
  children?: ReactNode;
}) {
  useKeys(keys, { ...(when !== undefined && { when }), ...(group && { group }) });
  return children;
}

const counted = (...names: string[]) => {
  const runs = Object.fromEntries(names.map((name) => [name, vi.fn()]));
  const keys = Object.fromEntries(names.map((name) => [name, { label: name, run: () => runs[name]?.() }]));
  return { keys, runs: () => names.filter((name) => (runs[name]?.mock.calls.length ?? 0) > 0), run: runs };
};

it.each([
  ["j", "j"],
  ["{ArrowDown}", "arrowdown"],
  ["[Space]", "space"],
  ["{Enter}", "enter"],
  ["{Escape}", "escape"],
  ["[[", "["],
  ["?", "?"],
  ["{Shift>}r{/Shift}", "shift+r"],
  ["{Shift>}?{/Shift}", "?"],
  ["{Control>}k{/Control}", "mod+k"],
  ["{Meta>}k{/Meta}", "mod+k"],
  ["gd", "g d"],
])("pressing %s runs %j and nothing else", async (pressed, name) => {
  const { keys, runs } = counted(
    "j",
    "arrowdown",
    "space",
    "enter",
    "escape",
    "[",
    "?",
    "r",
    "shift+r",
    "k",
    "mod+k",
    "d",
    "g d",
  );
  render(<Screen keys={keys} />);
  await userEvent.keyboard(pressed);
  expect(runs()).toEqual([name]);
});

it("leaves typing alone, but for what has mod", async () => {
  const { keys, runs } = counted("j", "space", "escape", "mod+k");
  render(
    <Screen keys={keys}>
      <input />
    </Screen>,
  );
  await userEvent.type(screen.getByRole("textbox"), "j j{Escape}");
  expect(screen.getByRole<HTMLInputElement>("textbox").value).toBe("j j");
  expect(runs()).toEqual([]);
  await userEvent.keyboard("{Control>}k{/Control}");
  expect(runs()).toEqual(["mod+k"]);
});

it("leaves enter and space to the button that has the focus", async () => {
  const { keys, runs } = counted("space", "enter", "j");
  const press = vi.fn();
  render(
    <Screen keys={keys}>
      <button type="button" onClick={press}>
        Press
      </button>
    </Screen>,
  );
  screen.getByRole("button").focus();
  await userEvent.keyboard(" {Enter}j");
  expect(press).toHaveBeenCalledTimes(2);
  expect(runs()).toEqual(["j"]);
});

it("leaves everything to an open dialog", async () => {
  const { keys, runs } = counted("j", "escape");
  render(
    <Screen keys={keys}>
      <div role="dialog">
        <button type="button">In it</button>
      </div>
    </Screen>,
  );
  screen.getByRole("button").focus();
  await userEvent.keyboard("j{Escape}");
  expect(runs()).toEqual([]);
});

it("lets what came last go first, and what left go", async () => {
  const below = counted("escape", "j");
  const above = counted("escape");
  const both = (shown: boolean) => (
    <>
      <Screen keys={below.keys} />
      {shown && <Screen keys={above.keys} />}
    </>
  );
  const { rerender } = render(both(true));
  await userEvent.keyboard("j{Escape}");
  expect([below.runs(), above.runs()]).toEqual([["j"], ["escape"]]);
  rerender(both(false));
  await userEvent.keyboard("{Escape}");
  expect(below.runs()).toEqual(["escape", "j"]);
});

it("does nothing while it is off, and runs what it was given last", async () => {
  const old = vi.fn();
  const latest = vi.fn();
  const { rerender } = render(<Screen keys={{ j: { run: old } }} when={false} />);
  await userEvent.keyboard("j");
  rerender(<Screen keys={{ j: { run: latest } }} when />);
  await userEvent.keyboard("j");
  expect([old.mock.calls.length, latest.mock.calls.length]).toEqual([0, 1]);
});

it("lists what keys do, each once, by its label", () => {
  const Help = () => useKeyHelp().map(({ group, keys, label }) => <p key={keys}>{`${group}: ${keys} ${label}`}</p>);
  render(
    <Screen group="Deliveries" keys={{ j: { label: "Next", run: () => {} }, arrowdown: { run: () => {} } }}>
      <Help />
    </Screen>,
  );
  expect(screen.getAllByText(/./).map(({ textContent }) => textContent)).toEqual(["Deliveries: j Next"]);
});
