// Reads the server’s status page, and turns it into what the dashboard can show inside its own.

import { localTimes } from "../../lib/page-times";
import { Problem, unreachable } from "../../lib/problem";
import type { Theme } from "../../lib/theme";

/** A page of the server that is only looked at: in its document no script runs and nothing is loaded. */
export interface PayerPage {
  document: Document;
  /** The text of its style sheet, which is not in the document: the dashboard's content policy would object to it. */
  style: string;
}

/** The dashboard lets no text become HTML but through a policy. This one is for pages of the same server. */
interface Policy {
  createHTML(text: string): string;
}

const trusted = (globalThis as { trustedTypes?: { createPolicy(name: string, policy: Policy): Policy } }).trustedTypes;
const policy: Policy = trusted?.createPolicy("payer-page", { createHTML: (text) => text }) ?? {
  createHTML: (text) => text,
};

/** Fetches the page of a link. Errors are a Problem. */
export async function loadPage(url: string, signal: AbortSignal): Promise<PayerPage> {
  const response = await fetch(new Request(url, { signal, cache: "no-store" })).catch((error: unknown) => {
    throw signal.aborted ? error : unreachable(error);
  });
  if (!response.ok) throw await Problem.from(response);
  return readPage(await response.text());
}

/** Parses a page. Its style sheet is the server's, and has no markup in it. */
export function readPage(html: string): PayerPage {
  const styles = /<style[^>]*>([^<]*)<\/style>/g;
  const style = [...html.matchAll(styles)].map(([, sheet]) => sheet).join("\n");
  const text = policy.createHTML(html.replaceAll(styles, ""));
  return { document: new DOMParser().parseFromString(text, "text/html"), style };
}

/** What of the page would act, or is there for browsers without scripts. */
const acting = "script, noscript, meta";

/** Stands for the page's <main>, of which the dashboard has one already. */
const rootName = "payer-page";

/**
 * Returns a copy of the page's content that looks and reads like the page, and does nothing. The steps, marks, amounts
 * and sentences are the server's own elements, so the preview cannot differ from the page. Changed are only:
 * - times, which the page's script writes in the reader's zone too;
 * - links and landmarks, because this is a picture within another page;
 * - a logo from elsewhere, which the dashboard must not load: the shop's first letter stands in for it.
 */
export function contentOf({ document: page }: PayerPage, language: string): Element {
  const main = page.querySelector("main") ?? page.body;
  const root = document.createElement(rootName);
  for (const { name, value } of main.attributes) root.setAttribute(name, value);
  root.append(...[...main.childNodes].map((node) => document.importNode(node, true)));
  for (const one of root.querySelectorAll(acting)) one.remove();
  for (const link of root.querySelectorAll("a")) link.removeAttribute("href");
  for (const one of root.querySelectorAll("header, footer")) one.setAttribute("role", "presentation");
  for (const one of root.querySelectorAll("[role=status]")) one.removeAttribute("role"); // the dashboard has its own
  for (const heading of root.querySelectorAll("h1")) heading.ariaLevel = "3"; // below that of the status
  for (const picture of root.querySelectorAll("header img")) picture.replaceWith(initialOf(picture));
  localTimes(root, language);
  return root;
}

/** The sign that the page draws for a shop without a logo. */
function initialOf(picture: Element): Element {
  const letter = document.createElement("b");
  letter.ariaHidden = "true";
  letter.textContent = (picture.parentElement?.textContent ?? "").trim().charAt(0).toUpperCase();
  return letter;
}

/**
 * Returns the page's style sheet for a shadow root: the host stands for the page's root and body. `theme` decides
 * between light and dark if the viewer chose one, else the device does, as on a customer's phone. The page is drawn
 * smaller, so that its lines break about as on a phone.
 */
export function styleOf({ style }: PayerPage, theme: Theme): string {
  const dark = { system: "(prefers-color-scheme:dark)", dark: "all", light: "not all" }[theme];
  return `${style
    .replaceAll(":root", ":host")
    .replaceAll(/(^|[};\n])body\{/g, "$1:host{display:block;")
    .replaceAll(/\bmain(?=[[:{ ])/g, rootName)
    .replaceAll("(prefers-color-scheme:dark)", dark)}
${rootName}{zoom:.8;min-height:540px;padding:20px 22px 22px}`;
}
