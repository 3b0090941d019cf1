import { expect, type Locator, type Page } from "@playwright/test";
import type { Hookbeam, Stored } from "./hookbeam";

/** Dashboard is the deliveries' page as a person finds their way on it: by role and by word. */
export class Dashboard {
  readonly page: Page;
  readonly grid: Locator;
  /** The rows that are drawn; the list draws only what can be seen. */
  readonly rows: Locator;
  /** The label that says how current the list is. */
  readonly live: Locator;
  readonly detail: Locator;
  /** Says how many are new above what one reads. */
  readonly pill: Locator;
  readonly #url: string;

  constructor(page: Page, url: string) {
    this.page = page;
    this.#url = url;
    this.grid = page.getByRole("grid", { name: "Deliveries" });
    this.rows = this.grid.getByRole("row");
    this.live = page.getByTestId("live");
    this.detail = page.getByRole("complementary", { name: "Delivery" });
    this.pill = page.getByRole("button", { name: /\d new/ });
  }

  /** Opens a page of the dashboard, "" for the list. */
  async open(path = ""): Promise<void> {
    await this.page.goto(this.#url + path);
  }

  /** The row of the delivery that was sent to this path. */
  row(path: string): Locator {
    return this.rows.filter({ has: this.page.getByText(path, { exact: true }) });
  }

  tab(name: string): Locator {
    return this.detail.getByRole("tab", { name });
  }

  /**
   * When the row of this path was painted, in milliseconds since 1970, measured in the page. Call it before sending.
   */
  shownAt(path: string): Promise<number> {
    return this.grid.evaluate(
      (grid, text) =>
        new Promise<number>((resolve) => {
          const look = () => {
            if (!grid.textContent?.includes(text)) return;
            observer.disconnect();
            requestAnimationFrame(() => setTimeout(() => resolve(Date.now())));
          };
          const observer = new MutationObserver(look);
          observer.observe(grid, { childList: true, subtree: true, characterData: true });
          look();
        }),
      path,
    );
  }

  /** Opens one delivery at one of its tabs. */
  async show(delivery: Stored, tab: string): Promise<void> {
    await this.open(`deliveries/${delivery.id}?tab=${tab.toLowerCase()}`);
    await expect(this.tab(tab)).toHaveAttribute("aria-selected", "true");
    await expect(this.detail.getByText(`#${delivery.seq.toLocaleString("en")}`, { exact: true })).toBeVisible();
    await this.loaded();
  }

  async showNewest(hookbeam: Hookbeam, tab: string): Promise<void> {
    const [newest] = await hookbeam.deliveries();
    if (!newest) throw new Error("there is no delivery to show");
    await this.show(newest, tab);
  }

  /** The network is quiet, and everything that was asked for is there. */
  async settled(): Promise<void> {
    await this.page.waitForLoadState("networkidle");
    await this.loaded();
  }

  /** Nothing stands for something that is still on its way. */
  async loaded(): Promise<void> {
    await expect(this.page.getByRole("status", { name: /^Loading/ })).toHaveCount(0);
  }

  /** Tells the page that it is looked at again, so that it tries at once instead of at its next try. */
  async wake(): Promise<void> {
    await this.page.evaluate(() => window.dispatchEvent(new Event("online")));
  }

  /** The list shows exactly what the server keeps, newest first, nothing twice. */
  async expectSameAs(hookbeam: Hookbeam): Promise<void> {
    const kept = (await hookbeam.deliveries()).map((delivery) => delivery.path);
    await expect
      .poll(async () => (await this.#readAll()).join("\n"), { message: "the list, newest first" })
      .toBe(kept.join("\n"));
  }

  /** Scrolls through the whole list and returns the paths in the order in which they stand. */
  async #readAll(): Promise<string[]> {
    return this.grid.evaluate(async (grid) => {
      const frame = () => new Promise(requestAnimationFrame);
      const found = new Map<number, string>();
      const scroller = grid;
      scroller.scrollTop = 0;
      for (let last = -1; scroller.scrollTop !== last; ) {
        last = scroller.scrollTop;
        await frame();
        await frame();
        for (const row of grid.querySelectorAll("[role=row]")) {
          const [, , , title] = row.querySelectorAll("[role=gridcell]");
          const path = /\/\S*/.exec(title?.textContent ?? "");
          if (path) found.set(Number(row.getAttribute("aria-rowindex")), path[0]);
        }
        scroller.scrollTop += scroller.clientHeight / 2;
      }
      scroller.scrollTop = 0;
      return [...found].sort(([a], [b]) => a - b).map(([, path]) => path);
    });
  }

  /**
   * Scrolls down until the list has nothing older, and returns how many rows it then has, and how many elements it had
   * at most on the way.
   */
  async scrollToTheEnd(oldest: string): Promise<{ rows: number; most: number }> {
    let most = 0;
    await expect
      .poll(
        async () => {
          most = Math.max(most, await this.#scrollDown());
          return this.row(oldest).count();
        },
        { message: `the oldest row, ${oldest}`, timeout: 500_000, intervals: [0] },
      )
      .toBe(1);
    return { rows: Number(await this.grid.getAttribute("aria-rowcount")), most };
  }

  /** Scrolls down page by page for a while and returns how many elements the list had at most. */
  #scrollDown(): Promise<number> {
    return this.grid.evaluate(async (grid) => {
      let most = 0;
      for (let step = 0; step < 60; step++) {
        grid.scrollTop += grid.clientHeight * 10;
        await new Promise(requestAnimationFrame);
        most = Math.max(most, grid.querySelectorAll("*").length);
      }
      return most;
    });
  }

  /** Nothing is wider than the window. */
  async expectNoSidewaysScroll(): Promise<void> {
    const wider = await this.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(wider, "pixels that stand out on the right").toBeLessThanOrEqual(0);
  }
}
