import { afterEach, beforeEach, vi } from "vitest";
import type { Line, PublicStatus } from "../status";
import { type Watching, watch } from "../watch";
import { FakeHookbeam } from "./fake-hookbeam";

export const waiting = { status: "waiting", final: false };
export const pending = { status: "pending", final: false, amount: 4900, currency: "EUR" };
export const paid = { status: "paid", tone: "success", final: true, amount: 4900, currency: "EUR" };

const watching: Watching[] = [];

/** Somebody who watches a token, and what they were told. */
export function open(
  server = new FakeHookbeam(),
  { initial, url = "https://hooks.example.com/h", onChange = () => {} }: Options = {},
) {
  const received: string[] = [];
  const lines: Line[] = [];
  const it = watch("tok.en", {
    url,
    initial,
    onChange(status) {
      received.push(status.status);
      onChange();
    },
    onLine: (line) => lines.push(line),
    fetch: server.fetch,
    WebSocket: server.WebSocket,
    random: () => 0.5,
  });
  watching.push(it);
  return { server, received, lines, line: () => lines.at(-1), stop: () => it.stop() };
}

interface Options {
  initial?: PublicStatus;
  url?: string;
  onChange?: () => void;
}

export const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
export const second = 1000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  for (const one of watching.splice(0)) one.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});
