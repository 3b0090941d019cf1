import { bodyOf } from "./body";
import type { Line, PublicStatus } from "./status";
import { type Watching, watch } from "./watch";
import { amountOf, textsOf, wordsOf } from "./words";

/** Where this script came from: Hookbeam serves it as `embed/hookbeam.js`. */
const { url: own } = import.meta;

/**
 * `<payment-status token="…">` shows where a payment stands, live, in the server's words. `url` is where Hookbeam is,
 * where this script was not loaded from there; `lang` is the language, else the page's. Each change is told as a
 * `statuschange` event with the status as its detail.
 */
export class PaymentStatusElement extends HTMLElement {
  static readonly observedAttributes = ["token", "url", "lang"];
  readonly #body = bodyOf(this);
  #watching: Watching | undefined;
  #status: PublicStatus | undefined;
  #line: Line | undefined;

  /** What is known; undefined before the first answer. */
  get status(): PublicStatus | undefined {
    return this.#status;
  }

  connectedCallback() {
    this.#watching?.stop();
    this.#line = undefined;
    const token = this.getAttribute("token");
    this.#watching = token ? this.#watch(token) : undefined;
    this.#draw();
  }

  disconnectedCallback() {
    this.#watching?.stop();
  }

  attributeChangedCallback(name: string, before: string | null, after: string | null) {
    if (before === after) return;
    if (name !== "lang") this.#status = undefined;
    if (!this.isConnected) return;
    this.connectedCallback();
  }

  #watch(token: string): Watching {
    return watch(token, {
      url: this.getAttribute("url") ?? new URL("..", own).href,
      lang: this.#language,
      initial: this.#status,
      onChange: (status) => {
        this.#status = status;
        this.#draw();
        this.dispatchEvent(new CustomEvent("statuschange", { detail: status, bubbles: true }));
      },
      onLine: (line) => {
        this.#line = line;
        this.#draw();
      },
    });
  }

  get #language(): string {
    return this.closest("[lang]")?.getAttribute("lang") || navigator.language;
  }

  #draw() {
    const [status, line, language] = [this.#status, this.#line, this.#language];
    const words = wordsOf(language);
    this.#body({
      tone: status?.tone ?? "pending",
      state: status?.status ?? "",
      ...textsOf(words, status, line),
      amount: status ? amountOf(status, language) : "",
      reference: status?.reference ?? "",
      test: status?.test ? words.test : "",
    });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "payment-status": PaymentStatusElement;
  }
}

if (!customElements.get("payment-status")) customElements.define("payment-status", PaymentStatusElement);
