// A preview of the status page. It is the server's own page, of which web/status.templ is the source.

import { useEffect, useRef } from "react";
import { boot } from "../../lib/boot";
import { currentTheme } from "../../lib/theme";
import { contentOf, type PayerPage, styleOf } from "./payer-page";

interface PagePreviewProps {
  /** The page that the server gives the holder of the link. */
  page: PayerPage;
  /** The language of the page. */
  language: string;
}

/**
 * The status page as the holder of a link sees it now. Words, marks and style come from the page. They are drawn in a
 * shadow root, so that neither the page's style nor the dashboard's changes the other.
 */
export function PagePreview({ page, language }: PagePreviewProps) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (host.current) draw(host.current, page, language);
  }, [page, language]);
  return (
    <section
      aria-label="What the customer sees"
      className="mx-auto w-full max-w-80 overflow-hidden rounded-[20px] border border-line-strong shadow-(--shadow)"
    >
      <div ref={host} lang={language} />
    </section>
  );
}

/** Replaces what is shown. */
function draw(host: HTMLElement, page: PayerPage, language: string) {
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  root.replaceChildren(contentOf(page, language));
  setStyle(root, styleOf(page, currentTheme()));
}

/** A sheet that scripts make needs no exception in the content policy. Browsers without them take an element. */
function setStyle(root: ShadowRoot, text: string) {
  if ("adoptedStyleSheets" in root) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    root.adoptedStyleSheets = [sheet];
    return;
  }
  const style = document.createElement("style");
  style.nonce = boot.nonce;
  style.textContent = text;
  (root as ShadowRoot).prepend(style);
}
