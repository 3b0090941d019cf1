/**
 * Makes a panel that covers the screen the only thing that can be reached: all around it, within the layout, stops
 * taking focus. The panel takes it, and what had it before gets it back when the function that is returned is called.
 */
export function cover(panel: HTMLElement): () => void {
  const before = document.activeElement;
  const still = [...around(panel)].filter((element) => !element.hasAttribute("inert"));
  for (const element of still) element.setAttribute("inert", "");
  panel.focus({ preventScroll: true });
  return () => {
    for (const element of still) element.removeAttribute("inert");
    if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
  };
}

/** The siblings of the panel and of what it is in. Outside the layout are notices and dialogs, which lie above. */
function* around(panel: HTMLElement): Generator<Element> {
  for (let inner: Element = panel; inner.parentElement && !inner.parentElement.matches("#root, body"); ) {
    const outer: Element = inner.parentElement;
    for (const child of outer.children) if (child !== inner) yield child;
    inner = outer;
  }
}
