import { formatAmount } from "../src/lib/amount";
import { localTimes } from "../src/lib/page-times";
import { notifyParent } from "./parent";
import { type Line, type PublicStatus, readStatus, titleOf } from "./status";
import { stepsOf } from "./steps";
import { watch } from "./watch";

/** What the server wrote into its status page for this script. */
interface Page {
  token: string;
  /** Where Hookbeam is. */
  base: string;
  lang: string;
  /** The server's clock when it wrote the page. */
  now: string;
  status: unknown;
  /** Whose pages may show this one in a frame. */
  embed?: string[] | null;
  /** The names of the states, for the row of steps. */
  steps: Record<string, string>;
  /** The states that are usually gone through. */
  expect?: string[] | null;
  text: Record<Line | Text, string>;
}

type Text = "usually" | "slow" | "order" | Part | "part" | "seconds" | "minutes" | "hours" | "days";
type Part = "paid" | "refunded" | "due";

const find = (id: string) => document.getElementById(id);
const page: Page = JSON.parse(find("live")?.textContent ?? ""); // by the same server, in the same answer
const { lang, text } = page;
const aheadMs = Date.parse(page.now) - Date.now();

/** Timers do not count much further than three weeks. */
const dayMs = 86_400_000;

let timer: ReturnType<typeof setTimeout> | undefined;
let sentence = find("sentence")?.textContent ?? "";

/** Writes a text; without one, the element is not there. */
function write(id: string, content: string) {
  const element = find(id);
  if (!element) return;
  if (element.textContent !== content) element.textContent = content;
  element.hidden = !content;
}

const fill = (form: string, name: string, value: string) => form.replace(`{${name}}`, () => value);

function draw(status: PublicStatus) {
  const { reference } = status;
  const card = find("status");
  if (card) Object.assign(card.dataset, { state: status.status, tone: status.tone, final: status.final });
  const title = titleOf(status);
  write("sentence", title);
  write("detail", status.note ?? "");
  write("reference", reference ? fill(text.order, "n", reference) : "");
  document.title = document.title.replace(sentence, () => title);
  sentence = title;
  drawAmounts(status);
  drawSteps(status);
  localTimes(document, lang);
  drawWaiting(status);
}

/** The amount, of which total, and its parts if something was paid and that is not all. */
function drawAmounts({ amount = 0, due = 0, refunded = 0, currency }: PublicStatus) {
  const money = (minor: number) => formatAmount(minor, currency, lang);
  const shown = due && due < amount ? due : amount;
  write(
    "amount",
    !shown ? "" : due > amount ? fill(fill(text.part, "amount", money(amount)), "due", money(due)) : money(shown),
  );
  const rows: [Part, string, number][] = [
    ["paid", "paid", amount],
    ["refunded", "went", refunded],
    ["due", "open", due - amount],
  ];
  const list = find("parts");
  if (!list) return;
  list.hidden = !amount || (due <= amount && (!refunded || refunded >= amount));
  list.replaceChildren(
    ...rows
      .filter(([, , minor]) => minor > 0)
      .map(([name, mark, minor]) => {
        const row = create("div", "");
        row.append(create("dt", mark, text[name]), create("dd", "", money(minor)));
        return row;
      }),
  );
}

function drawSteps(status: PublicStatus) {
  const steps = stepsOf(status, page.expect ?? []).map(({ state, at, reached }) => {
    const step = create("li", reached);
    step.dataset["state"] = state;
    if (reached === "now") step.ariaCurrent = "step";
    step.append(create("span", "step", page.steps[state] ?? titleOf({ status: state })));
    if (at) step.append(timeOf(at));
    return step;
  });
  const list = find("steps");
  list?.replaceChildren(...steps);
  if (list) list.hidden = steps.length === 0;
  const when = find("when");
  if (!when) return;
  if (when.parentElement) when.parentElement.hidden = steps.length > 0 || !status.updated_at;
  when.setAttribute("datetime", status.updated_at ?? "");
}

function create(tag: string, className: string, textContent = ""): HTMLElement {
  return Object.assign(document.createElement(tag), { className, textContent });
}

const timeOf = (dateTime: string) => Object.assign(document.createElement("time"), { dateTime });

/** How long it usually takes, until it has taken longer. */
function drawWaiting(status: PublicStatus) {
  clearTimeout(timer);
  const { final, time_to_paid: latency, started_at: start } = status;
  if (final || !latency) return write("waiting", "");
  const leftMs = start ? Date.parse(start) + latency.p90 * 1000 - Date.now() - aheadMs : Number.POSITIVE_INFINITY;
  if (leftMs <= 0) return write("waiting", text.slow);
  write("waiting", fill(fill(text.usually, "half", duration(latency.p50)), "most", duration(latency.p90)));
  timer = setTimeout(() => drawWaiting(status), Math.min(leftMs, dayMs));
}

/** Never one of its unit: no language has to say it. */
function duration(seconds: number): string {
  const [form, unit] =
    seconds < 120
      ? [text.seconds, 1]
      : seconds < 7_200
        ? [text.minutes, 60]
        : seconds < 172_800
          ? [text.hours, 3_600]
          : [text.days, 86_400];
  return fill(form, "n", new Intl.NumberFormat(lang).format(Math.max(2, Math.ceil(seconds / unit))));
}

function drawLine(line: Line) {
  const content = text[line] ?? "";
  const place = find("live-line");
  if (!place) return;
  place.dataset["line"] = line;
  place.hidden = !content;
  write("live-text", content);
}

const initial = readStatus(page.status);
localTimes(document, lang);
if (initial) {
  drawWaiting(initial);
  notifyParent(initial, page.embed ?? []);
}
watch(page.token, {
  url: page.base,
  lang,
  initial,
  onChange(status) {
    draw(status);
    notifyParent(status, page.embed ?? []);
  },
  onLine: drawLine,
});
