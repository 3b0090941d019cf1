import { expect, it } from "vitest";
import { formatBytes, formatClock, formatCount, formatMicros, formatRecent, formatUtc } from "./format";

it.each([
  [0, "0 B"],
  [999, "999 B"],
  [1180, "1.2 KB"],
  [999_949, "999.9 KB"],
  [999_950, "1.0 MB"],
  [26_214_400, "26.2 MB"],
  [1 << 30, "1.1 GB"],
])("%d bytes are %s", (n, text) => expect(formatBytes(n)).toBe(text));

it.each([
  [12, "under 0.1 ms"],
  [949, "0.9 ms"],
  [14_400, "14 ms"],
  [2_400_000, "2.4 s"],
])("%d µs are %s", (us, text) => expect(formatMicros(us)).toBe(text));

it("groups thousands", () => expect(formatCount(12408)).toBe("12,408"));

it("tells a moment in the viewer's zone and in UTC", () => {
  const at = new Date(2026, 10, 23, 4, 1, 9, 6);
  expect(formatClock(at)).toBe("04:01:09.006");
  expect(formatUtc(new Date("2026-11-23T14:41:10.386Z"))).toBe("2026-11-23 14:41:10.386 UTC");
});

it("names the day of what is not from today", () => {
  const at = new Date(2026, 10, 2, 23, 59, 59, 999);
  expect(formatRecent(at, new Date(2026, 10, 2))).toBe("23:59:59.999");
  expect(formatRecent(at, new Date(2026, 10, 3))).toBe("02 Nov 23:59");
});
