/** What a toast says. */
export interface ToastContent {
  title: string;
  text?: string;
  tone?: "plain" | "bad";
  /** The one thing to do about it, such as undoing. */
  action?: { label: string; onAct: () => void };
  /** How long it stays: 4 s, or 10 s where there is something to do. */
  stayMs?: number;
}

/** A toast on the screen. */
export interface Toast extends ToastContent {
  id: number;
}

/** More would hide what is behind them: the oldest goes. */
const most = 3;

let shown: readonly Toast[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

function show(next: readonly Toast[]) {
  shown = next;
  for (const tell of listeners) tell();
}

/** Says something in passing, from anywhere. Returns the id to dismiss it by. */
export function toast(content: ToastContent): number {
  lastId++;
  show([...shown, { ...content, id: lastId }].slice(-most));
  return lastId;
}

/** Takes a toast away; one that has gone already is no error. */
export function dismiss(id: number) {
  if (shown.some((t) => t.id === id)) show(shown.filter((t) => t.id !== id));
}

/** The toasts on the screen, for useSyncExternalStore. */
export const toasts = {
  subscribe(tell: () => void) {
    listeners.add(tell);
    return () => void listeners.delete(tell);
  },
  get: () => shown,
};
