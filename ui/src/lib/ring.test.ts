import { expect, it } from "vitest";
import { Ring } from "./ring";

const all = <Item>(ring: Ring<Item>) => Array.from({ length: ring.length }, (_, i) => ring.at(i));

it("has the newest on top, and lets the oldest go when it is full", () => {
  const ring = new Ring<number>(3);
  for (const n of [1, 2]) ring.push(n);
  expect(all(ring)).toEqual([2, 1]);
  for (const n of [3, 4, 5]) ring.push(n);
  expect(all(ring)).toEqual([5, 4, 3]);
  expect(ring.full).toBe(true);
});

it("takes older ones at the bottom while there is room", () => {
  const ring = new Ring<number>(4);
  ring.push(5);
  expect([ring.append(4), ring.append(3)]).toEqual([true, true]);
  ring.push(6);
  expect(ring.append(2)).toBe(false);
  expect(all(ring)).toEqual([6, 5, 4, 3]);
  ring.push(7);
  expect(all(ring)).toEqual([7, 6, 5, 4]);
});

it("has nothing outside", () => {
  const ring = new Ring<number>(2);
  ring.push(1);
  expect([ring.at(-1), ring.at(1), ring.at(2)]).toEqual([undefined, undefined, undefined]);
});

it("lets one be taken out, wherever it is", () => {
  const ring = new Ring<number>(4);
  for (const n of [1, 2, 3, 4, 5, 6]) ring.push(n);
  ring.remove(1);
  expect(all(ring)).toEqual([6, 4, 3]);
  ring.remove(2);
  ring.remove(0);
  expect(all(ring)).toEqual([4]);
  for (const out of [-1, 1, 9]) ring.remove(out);
  ring.push(7);
  expect(ring.append(3)).toBe(true);
  expect(all(ring)).toEqual([7, 4, 3]);
});
