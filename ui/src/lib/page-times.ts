// Times on status pages, in the reader’s zone and way of writing them.

/**
 * Writes the times below `root` as they are where the reader is; those of another day with their date. The page's own
 * script calls it, and so does the dashboard for what the customer sees. The server wrote them in UTC.
 */
export function localTimes(root: ParentNode, language: string) {
  // The language as its reader writes it: not all who read English write 2:41 PM.
  const locale = navigator.languages.find((one) => one.startsWith(language)) ?? language;
  for (const time of root.querySelectorAll("time")) {
    const ms = Date.parse(time.dateTime);
    if (!ms) continue;
    const at = new Date(ms);
    const today = at.toDateString() === new Date().toDateString();
    const form = today ? ({ timeStyle: "short" } as const) : ({ dateStyle: "short", timeStyle: "short" } as const);
    time.textContent = new Intl.DateTimeFormat(locale, form).format(at);
    time.title = at.toISOString();
  }
}
