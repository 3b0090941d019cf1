/** How bright a colour `#rrggbb` is, as WCAG 2 reckons; undefined where it is none. */
function brightness(color: string): number | undefined {
  if (!/^#[0-9a-f]{6}$/i.test(color)) return undefined;
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** The contrast of two colours, from 1 to 21; undefined where one is no colour. */
export function contrast(a: string, b: string): number | undefined {
  const [first, second] = [brightness(a), brightness(b)];
  if (first === undefined || second === undefined) return undefined;
  return (Math.max(first, second) + 0.05) / (Math.min(first, second) + 0.05);
}

/** The ink that is read best on a colour: white or black. */
export const inkOn = (color: string) =>
  (contrast(color, "#ffffff") ?? 0) >= (contrast(color, "#000000") ?? 0) ? "#ffffff" : "#000000";
