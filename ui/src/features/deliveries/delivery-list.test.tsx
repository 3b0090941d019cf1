import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, fireEvent, render, screen } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { useState } from "react";
import { beforeEach, expect, it, vi } from "vitest";
import type { Filter } from "../../entities/delivery/filter";
import { endpointKeys } from "../../entities/endpoint/queries";
import { delivery } from "../../lib/live/testing/fake-server";
import type { PageRequest } from "../../lib/live-list-store";
import { DeliveryList } from "./delivery-list";
import { DeliveryStore } from "./delivery-store";

beforeEach(() => {
  vi.spyOn(Element.prototype, "clientHeight", "get").mockReturnValue(320);
  vi.spyOn(Element.prototype, "clientWidth", "get").mockReturnValue(800);
  Element.prototype.scrollTo = function scrollTo(this: Element, to?: ScrollToOptions | number) {
    this.scrollTop = (typeof to === "object" ? to.top : to) ?? 0;
    fireEvent.scroll(this);
  };
});

const down = (from: number, to: number) => Array.from({ length: from - to + 1 }, (_, i) => from - i);

/** The list over so many deliveries, of which the server gives 100 at a time. */
async function open(stored: number) {
  const requests: PageRequest<Filter>[] = [];
  const store = new DeliveryStore({
    async fetchPage(request) {
      requests.push(request);
      const from = request.before ? Number(request.before) - 1 : stored;
      const to = Math.max(1, from - 99);
      return { items: down(from, to).map(delivery), next: to > 1 ? String(to) : undefined, cursor: "c" };
    },
    nextFrame: queueMicrotask,
    now: Date.now,
  });
  const copied: string[] = [];
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } } });
  client.setQueryData(endpointKeys.all, [{ id: "ep_1", name: "stripe" }]);
  function List() {
    const [selected, setSelected] = useState<string>();
    return (
      <DeliveryList
        rowHeight={32}
        store={store}
        selected={selected}
        onOpen={setSelected}
        onCopyLink={(id) => copied.push(id)}
      />
    );
  }
  render(
    <QueryClientProvider client={client}>
      <List />
    </QueryClientProvider>,
  );
  await act(async () => store.reload());
  const grid = screen.getByRole("grid", { name: "Deliveries" });
  return {
    requests,
    copied,
    grid,
    selected: () => grid.querySelector("[aria-selected=true]")?.id,
    arrive: (...seqs: number[]) =>
      act(async () => store.applyUpdates(seqs.map((seq) => ({ kind: "delivery", seq, delivery: delivery(seq) })))),
    scroll: (top: number) =>
      act(async () => {
        grid.scrollTop = top;
        fireEvent.scroll(grid);
      }),
    first: () => screen.getAllByRole("row")[0]?.id,
    pill: () => screen.queryByRole("button", { name: /new/ }),
  };
}

const focused = () => document.activeElement?.id;
const frame = () => act(() => new Promise<void>((done) => requestAnimationFrame(() => done())));

async function press(keys: string) {
  await userEvent.keyboard(keys);
  await frame();
}

it("draws the rows that can be seen, names each place, and says how many there are", async () => {
  const { grid } = await open(90);
  expect(grid.getAttribute("aria-rowcount")).toBe("90");
  const rows = screen.getAllByRole("row");
  expect(rows.length).toBeLessThan(30);
  expect(rows.slice(0, 2).map((row) => [row.id, row.getAttribute("aria-rowindex")])).toEqual([
    ["row-dlv_90", "1"],
    ["row-dlv_89", "2"],
  ]);
  expect(rows[0]?.textContent).toMatch(/stripe POST \/ +2 B/);
});

it("is one stop for the tab key, and walked through by j, k and arrows", async () => {
  await open(50);
  expect(screen.getAllByRole("row").filter((row) => row.tabIndex === 0)).toHaveLength(1);
  await press("j");
  expect(focused()).toBe("row-dlv_50");
  await press("j{ArrowDown}k");
  expect(focused()).toBe("row-dlv_49");
  await press("kkkk");
  expect(focused()).toBe("row-dlv_50");
  expect(
    screen
      .getAllByRole("row")
      .filter((row) => row.tabIndex === 0)
      .map((row) => row.id),
  ).toEqual(["row-dlv_50"]);
});

it("opens with enter or a press, and then moves what is open", async () => {
  const { selected } = await open(50);
  await press("jj");
  expect(selected()).toBeUndefined();
  await press("{Enter}");
  expect(selected()).toBe("row-dlv_49");
  await press("j");
  expect(selected()).toBe("row-dlv_48");
  await userEvent.click(screen.getAllByRole("row")[5] as HTMLElement);
  expect(selected()).toBe("row-dlv_45");
  await press("k");
  expect(selected()).toBe("row-dlv_46");
});

it("stays at its delivery while new ones push it down", async () => {
  const { arrive } = await open(50);
  await press("jj");
  await arrive(51, 52, 53);
  await press("j");
  expect(focused()).toBe("row-dlv_48");
});

it("copies the link of where the keys are", async () => {
  const { copied } = await open(50);
  await press("y");
  await press("jjy");
  expect(copied).toEqual(["dlv_49"]);
});

it("follows at the top, stands still below, and counts on a pill that leads back", async () => {
  const { first, arrive, scroll, pill, grid } = await open(90);
  await arrive(91);
  expect([first(), pill()]).toEqual(["row-dlv_91", null]);
  await scroll(640);
  const before = first();
  await arrive(92, 93);
  expect(first()).toBe(before);
  expect(pill()?.textContent).toBe("↑ 2 new");
  await userEvent.click(pill() as HTMLElement);
  await scroll(grid.scrollTop); // jsdom tells nobody that it scrolled
  expect([first(), pill(), grid.scrollTop]).toEqual(["row-dlv_93", null, 0]);
});

it("loads what is older before one gets there, until it has everything", async () => {
  const { requests, grid, scroll } = await open(250);
  for (const top of [0, 3000, 6000]) await scroll(top);
  expect(requests.map(({ before }) => before)).toEqual([undefined, "151", "51"]);
  expect(grid.getAttribute("aria-rowcount")).toBe("250");
});
