import { useEffect, useLayoutEffect, useRef, useSyncExternalStore } from "react";

/** What a key does. */
export interface KeyAction {
  /** For the overview of keys: "Copy as curl". Without one the key is a second name of another and not listed. */
  label?: string;
  run: (event: KeyboardEvent) => void;
}

/** Actions by key: `j`, `enter`, `escape`, `arrowdown`, `space`, `?`, `mod+k`, `shift+r`, or two in a row: `g d`. */
export type KeyMap = Record<string, KeyAction>;

interface KeyScope {
  /** Under this heading they stand in the overview. */
  group?: string;
  /** Off where false. */
  when?: boolean;
}

/** A key and what it does, for the overview and the palette. */
export interface KeyHelp {
  group: string;
  keys: string;
  label: string;
  run: () => void;
}

interface Layer {
  group: string;
  current: () => KeyMap;
}

const layers: Layer[] = [];
const listeners = new Set<() => void>();
let help: readonly KeyHelp[] = [];

/** Between the two keys of a sequence. */
const sequenceMs = 1000;
let leader: { key: string; at: number } | undefined;

function changed() {
  help = layers.flatMap(({ group, current }) =>
    Object.entries(current()).flatMap(([keys, action]) =>
      action.label ? [{ group, keys, label: action.label, run: () => action.run(new KeyboardEvent("keydown")) }] : [],
    ),
  );
  for (const listener of listeners) listener();
}

/**
 * The name of what was pressed. Shift counts with letters and named keys; with others it chose the character itself.
 */
export function keyName(event: KeyboardEvent): string {
  const key = event.key === " " ? "space" : event.key.toLowerCase();
  const shifted = event.shiftKey && (key.length > 1 || key !== key.toUpperCase());
  return `${event.metaKey || event.ctrlKey ? "mod+" : ""}${event.altKey ? "alt+" : ""}${shifted ? "shift+" : ""}${key}`;
}

const typing =
  "input:not([type=radio], [type=checkbox], [type=button]), textarea, select, " +
  "[contenteditable]:not([contenteditable=false])";
const pressing = "button, a, summary, [role=tab], [role=radio], [role=switch], [role=menuitem], [role=separator]";

/** Whether the key belongs to what has the focus: to a field, an open dialog or menu, or a button that it presses. */
function taken(event: KeyboardEvent, name: string): boolean {
  if (event.defaultPrevented || event.isComposing) return true;
  if (!(event.target instanceof Element)) return false;
  if (event.target.closest("[role=dialog], [role=menu], [role=listbox]")) return !name.startsWith("mod+");
  if (event.target.closest(typing)) return !name.startsWith("mod+");
  return (name === "enter" || name === "space") && event.target.closest(pressing) !== null;
}

function find(name: string): KeyAction | undefined {
  for (const layer of layers.toReversed()) {
    const action = layer.current()[name];
    if (action) return action;
  }
  return undefined;
}

function press(event: KeyboardEvent) {
  const name = keyName(event);
  if (taken(event, name)) return;
  const led = leader && event.timeStamp - leader.at < sequenceMs ? find(`${leader.key} ${name}`) : undefined;
  const action = led ?? find(name);
  const leads =
    !action && layers.some((layer) => Object.keys(layer.current()).some((keys) => keys.startsWith(`${name} `)));
  leader = leads ? { key: name, at: event.timeStamp } : undefined;
  if (!action) return;
  event.preventDefault();
  action.run(event);
}

function add(layer: Layer): () => void {
  if (layers.length === 0) document.addEventListener("keydown", press);
  layers.push(layer);
  changed();
  return () => {
    layers.splice(layers.indexOf(layer), 1);
    if (layers.length === 0) document.removeEventListener("keydown", press);
    changed();
  };
}

/**
 * Has keys do things while the component is on the screen. What was added last goes first. Nothing happens while
 * someone types, or while a dialog is open, except with `mod`.
 */
export function useKeys(keys: KeyMap, { group = "Everywhere", when = true }: KeyScope = {}) {
  const latest = useRef(keys);
  useLayoutEffect(() => {
    latest.current = keys;
  });
  useEffect(() => (when ? add({ group, current: () => latest.current }) : undefined), [group, when]);
}

/** Every key that does something now, for the overview and the palette. */
export function useKeyHelp(): readonly KeyHelp[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    () => help,
  );
}
