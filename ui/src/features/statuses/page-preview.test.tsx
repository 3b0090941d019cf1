import { render, screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { PagePreview } from "./page-preview";
import { readPage, styleOf } from "./payer-page";

/** A page as web/status.templ draws it, shortened. */
const html = `<!DOCTYPE html>
<html lang="de"><head>
<style nonce="of-the-page">:root{--bg:#fbfcfd}
@media (prefers-color-scheme:dark){:root{--bg:#0e1014}}
body{margin:0;color:red}
main{min-height:100vh}main:not([hidden]) b,[data-tone] .remain{margin:0}</style>
<noscript><meta http-equiv="refresh" content="3"></noscript></head>
<body><main id="status" data-state="partially_paid" data-tone="warning" data-final="false">
<header><img src="https://shop.example/logo.png" alt=""><span>acme Store</span></header>
<p class="test">Testzahlung: Es fließt kein Geld</p>
<div class="mid"><div class="disc" aria-hidden="true"><svg><path class="own part" d="M22 7"></path></svg></div>
<h1><span id="sentence" role="status">Ein Teil Ihrer Bestellung ist bezahlt</span></h1>
<p class="sum"><span id="amount">20,00 € von 49,00 €</span><span id="reference">Bestellung 10-4471</span></p>
<p id="detail" class="say">29,00 € sind noch offen.</p>
<dl id="parts"><div><dt class="paid">Bezahlt</dt><dd>20,00 €</dd></div></dl>
<ol id="steps"><li class="now" data-state="partially_paid"><span class="step">Teils bezahlt</span>
<time datetime="2026-03-04T12:00:02.000Z">2026-03-04 12:00 UTC</time></li></ol></div>
<footer><a class="back" href="https://shop.example/" target="_top">Zurück zu acme Store</a>
<noscript><p>Diese Seite aktualisiert sich von selbst. <a href="?">Jetzt aktualisieren</a></p></noscript>
</footer></main>
<script id="live" type="application/json">{"token":"t0ken"}</script>
<script type="module" src="/embed/page.js"></script></body></html>`;

const page = readPage(html);

function shown() {
  render(<PagePreview page={page} language="de" />);
  const root = screen.getByRole("region", { name: "What the customer sees" }).firstElementChild?.shadowRoot;
  if (!root) throw new Error("nothing is drawn");
  return root;
}

it("shows every word, mark and step of the page, in its order", () => {
  const root = shown();
  const words = (of: ParentNode) =>
    [...of.querySelectorAll(".test, h1, .sum span, .say, dt, dd, .step, .back")].map((one) => one.textContent);
  expect(words(root)).toEqual(words(page.document));
  expect(words(root)).toHaveLength(9);
  expect(root.querySelector(".disc")?.innerHTML).toBe(page.document.querySelector(".disc")?.innerHTML);
  const main = root.querySelector<HTMLElement>("payer-page");
  expect(main?.dataset).toMatchObject({ state: "partially_paid", tone: "warning", final: "false" });
});

it("writes times as the page's script does: in the reader's zone and language", () => {
  vi.spyOn(navigator, "languages", "get").mockReturnValue(["en-GB", "de-AT"]);
  const time = shown().querySelector("time");
  const at = new Date("2026-03-04T12:00:02.000Z");
  expect(time?.textContent).toBe(at.toLocaleString("de-AT", { dateStyle: "short", timeStyle: "short" }));
  expect(time?.title).toBe("2026-03-04T12:00:02.000Z");
});

it("does nothing: no script, no link, no picture from elsewhere, nothing that is read aloud by itself", () => {
  const root = shown();
  expect(root.querySelectorAll("script, noscript, meta, img, [href], [role=status]")).toHaveLength(0);
  expect(root.textContent).not.toMatch(/t0ken|aktualisiert sich/);
  expect(root.querySelector("header b")?.textContent).toBe("A");
});

it("has the page's own style, which stays inside", () => {
  expect(styleOf(page, "system")).toContain(
    ":host{--bg:#fbfcfd}\n@media (prefers-color-scheme:dark){:host{--bg:#0e1014}}",
  );
  expect(styleOf(page, "system")).toContain("\n:host{display:block;margin:0;color:red}");
  expect(styleOf(page, "dark")).toContain("@media all{:host{--bg:#0e1014}}");
  expect(styleOf(page, "light")).toContain("@media not all{:host{--bg:#0e1014}}");
  expect(styleOf(page, "system")).toContain(
    "payer-page{min-height:100vh}payer-page:not([hidden]) b,[data-tone] .remain",
  );
  expect(page.document.querySelector("style")).toBeNull();
  expect(shown().querySelectorAll("style")).toHaveLength(1);
});
