import { useEffect, useState } from "react";
import type { Line, PublicStatus, StatusStep } from "../embed/status";
import { watch } from "../embed/watch";

/** What is known of a payment. Without `status` nothing is yet; all else is as in the server's JSON. */
export interface WatchedStatus extends Omit<Partial<PublicStatus>, "final" | "test" | "timeline"> {
  final: boolean;
  test: boolean;
  timeline: StatusStep[];
  /** How news come. */
  connection: "connecting" | Line;
}

export interface Place {
  /** Where Hookbeam is, its path included: "https://hooks.example.com". */
  url: string;
  /** The language of `title` and `note`: en, de, fr, es or hi. Without it the browser's preference counts. */
  lang?: string | undefined;
}

const nothing: WatchedStatus = { final: false, test: false, timeline: [], connection: "connecting" };

/** Where the payment of a status token stands, live. Without a token it waits for one. */
export function usePaymentStatus(token: string | null | undefined, { url, lang }: Place): WatchedStatus {
  const [watched, setWatched] = useState({ token, url, status: nothing });
  useEffect(
    function follow() {
      if (!token) return;
      // What was heard of another token is forgotten; what was heard of this one is kept over a reconnect.
      const change = (how: (status: WatchedStatus) => WatchedStatus) =>
        setWatched((last) => {
          const before = last.token === token && last.url === url ? last.status : nothing;
          return { token, url, status: how(before) };
        });
      const watching = watch(token, {
        url,
        lang,
        onChange: (status) => change(({ connection }) => ({ ...status, connection })),
        onLine: (connection) => change((status) => ({ ...status, connection })),
      });
      return () => watching.stop();
    },
    [token, url, lang],
  );
  return watched.token === token && watched.url === url ? watched.status : nothing;
}
