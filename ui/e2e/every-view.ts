import type { Page } from "@playwright/test";
import type { Stored } from "./hookbeam";

/** What one view of a delivery showed that could only have come alive from its payload. */
export type View = { view: string; foreign: string[] };

/**
 * Shows a delivery in the open dashboard in every way that there is: headers, verdict, and the body in each of its
 * views. All of it happens in the page, because a round trip for each step takes far longer than the steps.
 */
export async function everyView(page: Page, dashboard: string, { id, seq }: Stored): Promise<View[]> {
  return page.evaluate(
    async ({ url, number }) => {
      // Elements and attributes that the dashboard itself never uses.
      const tags =
        "iframe,frame,object,embed,base,math,video,audio,marquee,form[action],[srcdoc],[ping],[http-equiv=refresh]";
      const links = "[href^='javascript:' i],[href^='data:' i],[src^='javascript:' i],[src^=http]";
      const foreign = () =>
        [...document.querySelectorAll("*")]
          .filter(
            (element) =>
              element.matches(`${tags},${links}`) || [...element.attributes].some(({ name }) => name.startsWith("on")),
          )
          .map((element) => element.outerHTML.slice(0, 200));

      const frame = () => new Promise(requestAnimationFrame);
      const loaded = () => !document.querySelector("[role=status][aria-label^=Loading]");
      const until = async (what: string, done: () => boolean) => {
        for (const end = Date.now() + 45_000; !done(); await frame()) {
          if (Date.now() > end) throw new Error(`${what} is not shown`);
        }
        // A handler of a broken picture or frame runs only after it was drawn.
        await frame();
      };
      const detail = () => document.querySelector("aside[aria-label=Delivery]");
      const shows = (tab: string) =>
        loaded() &&
        detail()?.querySelector("[role=tab][aria-selected=true]")?.textContent?.startsWith(tab) === true &&
        [...(detail()?.querySelectorAll("*") ?? [])].some((element) => element.textContent === number);

      const views: View[] = [];
      for (const tab of ["Headers", "Verdict", "Body"]) {
        history.pushState(null, "", `${url}?tab=${tab.toLowerCase()}`);
        await until(tab, () => shows(tab));
        views.push({ view: tab, foreign: foreign() });
      }
      const ways = detail()?.querySelectorAll<HTMLElement>("[aria-label='How to show the body'] label") ?? [];
      for (const way of ways) {
        way.click();
        const view = `Body, ${way.textContent}`;
        await until(view, loaded);
        views.push({ view, foreign: foreign() });
      }
      return views;
    },
    { url: `${dashboard}deliveries/${id}`, number: `#${seq.toLocaleString("en")}` },
  );
}
