import type { Tone } from "./status";

/** What is written in it; an empty text is not there. */
interface Content extends Record<(typeof textNames)[number] | "line", string> {
  tone: Tone;
  state: string;
}

/** What is read out when it changes. How news come is not: it changes with the network. */
const textNames = ["title", "note", "amount", "reference", "test"] as const;

const marks: Record<Tone, string> = {
  pending: "○",
  active: "◐",
  success: "✓",
  warning: "!",
  failure: "✕",
  neutral: "–",
};

/**
 * Each part can be styled from outside: `payment-status::part(title)`, `::part(tone-success)`, `::part(state-paid)`.
 */
const css = `
:host { display: block }
:host([hidden]), [hidden] { display: none }
[part~=box] {
  display: flex;
  gap: .75em;
  align-items: center;
  padding: var(--hookbeam-padding, .75em 1em);
  border: 1px solid var(--hookbeam-line, #8886);
  border-radius: var(--hookbeam-radius, 10px);
  background: var(--hookbeam-background, none);
  color: var(--hookbeam-text, inherit);
  font: var(--hookbeam-font, inherit);
}
[part=mark] { color: var(--tone); font-size: 1.5em; line-height: 1; inline-size: 1em; text-align: center }
[part=words] { flex: 1; display: flex; flex-wrap: wrap; gap: 0 .75em }
[part=title], [part=note] { flex: 1 0 100% }
[part=amount] { font-variant-numeric: tabular-nums }
[part=note], [part=test], [part=line] { font-size: .85em; opacity: .8 }
[part~=box] { --tone: var(--hookbeam-off, #7a818f) }
[part~=tone-active] { --tone: var(--hookbeam-note, #2f80c4) }
[part~=tone-success] { --tone: var(--hookbeam-ok, #1f9d57) }
[part~=tone-warning] { --tone: var(--hookbeam-wait, #b7791f) }
[part~=tone-failure] { --tone: var(--hookbeam-bad, #d64541) }
`;

let sheet: CSSStyleSheet | undefined;

/** Gives an element its inside, and returns how to write in it. */
export function bodyOf(host: HTMLElement): (content: Content) => void {
  const root = host.attachShadow({ mode: "open" });
  if ("adoptedStyleSheets" in root) {
    if (!sheet) {
      sheet = new CSSStyleSheet();
      sheet.replaceSync(css);
    }
    root.adoptedStyleSheets = [sheet];
  }
  const box = part(root, "div", "box");
  const mark = part(box, "span", "mark");
  mark.ariaHidden = "true";
  const words = part(box, "div", "words");
  words.setAttribute("role", "status");
  const texts = textNames.map((name) => [name, part(words, name === "title" ? "strong" : "span", name)] as const);
  const line = ["line", part(box, "small", "line")] as const;
  return (content) => {
    box.setAttribute("part", `box tone-${content.tone} state-${content.state}`);
    mark.textContent = marks[content.tone];
    for (const [name, text] of [...texts, line]) {
      if (text.textContent !== content[name]) text.textContent = content[name];
      text.hidden = !content[name];
    }
  };
}

function part(into: Node, tag: string, name: string): HTMLElement {
  const element = document.createElement(tag);
  element.setAttribute("part", name);
  into.appendChild(element);
  return element;
}
