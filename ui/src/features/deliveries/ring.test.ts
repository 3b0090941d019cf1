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
