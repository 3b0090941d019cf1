// The search in the catalogue of senders.

import type { Provider } from "../../entities/provider/queries";

/** The groups of the catalogue, in the order in which they are shown. */
export const groups: readonly (readonly [Provider["category"], string])[] = [
  ["payments", "Payments"],
  ["shops", "Shops"],
  ["code", "Code and CI"],
  ["chat", "Chat and calls"],
  ["mail", "Mail"],
  ["identity", "Identity"],
  ["crm", "Forms and CRM"],
  ["monitoring", "Monitoring"],
  ["general", "Any sender"],
];

/** A sender that the search found. */
export interface Found {
  provider: Provider;
  /** The alias that matched, where the name did not. */
  alias?: string;
}

const plain = (text: string) =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();

/** How well a name fits: 0 is the whole name, 1 its beginning, 2 a word's beginning, 3 the middle of a word. */
function rankOf(name: string, wanted: string): number | undefined {
  if (name === wanted) return 0;
  if (name.startsWith(wanted)) return 1;
  if (` ${name}`.includes(` ${wanted}`)) return 2;
  return name.replaceAll(" ", "").includes(wanted.replaceAll(" ", "")) ? 3 : undefined;
}

/** The senders whose name or alias fits, best first; all of them, in their order, if nothing is searched. */
export function search(providers: readonly Provider[], text: string): Found[] {
  const wanted = plain(text);
  if (wanted === "") return providers.map((provider) => ({ provider }));
  const ranked = providers.flatMap((provider): (Found & { rank: number })[] => {
    const byName = rankOf(plain(provider.name), wanted) ?? rankOf(plain(provider.id), wanted);
    if (byName !== undefined) return [{ provider, rank: byName }];
    let best: { alias: string; rank: number } | undefined;
    for (const alias of provider.aliases ?? []) {
      const rank = rankOf(plain(alias), wanted);
      if (rank !== undefined && (!best || rank < best.rank)) best = { alias, rank };
    }
    return best ? [{ provider, alias: best.alias, rank: best.rank + 0.5 }] : [];
  });
  return ranked.sort((a, b) => a.rank - b.rank);
}

/** Whether a text is a request or a part of one, and not the name of a sender. */
export const isRequest = (text: string) =>
  /[\n:{<]/.test(text) || /^\s*(\$ )?curl /.test(text) || /^\s*[\w]+([-_][\w]+)+\s*$/.test(text);

/** The senders of the newest endpoints, each once. */
export function recent(endpoints: readonly { provider: string; created_at: string }[]): string[] {
  const newest = [...endpoints].sort((a, b) => b.created_at.localeCompare(a.created_at));
  return [...new Set(newest.map(({ provider }) => provider))].slice(0, 4);
}

/** One or two letters that stand for a sender. */
export function letters(name: string): string {
  const [first = "", second = ""] = plain(name).split(" ");
  return (second && first.length > 0 ? first.slice(0, 1) + second.slice(0, 1) : first.slice(0, 2)).toUpperCase();
}
