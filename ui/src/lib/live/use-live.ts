import { useSyncExternalStore } from "react";
import { live } from "./live";
import type { LiveState } from "./state";

const subscribe = (listener: () => void) => live.subscribe(listener);
const state = () => live.state;

/** What the live label says now. */
export function useLiveState(): LiveState {
  return useSyncExternalStore(subscribe, state);
}
