import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

const css = readFileSync(new URL("../../web/tokens.css", import.meta.url), "utf8");

/** The colours of one theme by their name, without dashes. */
function coloursOf(theme: "light" | "dark"): Map<string, string> {
  const block = new RegExp(`\\[data-theme="${theme}"\\] \\{(.*?)\\}`, "s").exec(css)?.[1] ?? "";
  return new Map([...block.matchAll(/--([\w-]+): (#[\da-f]{6})/g)].map(([, name = "", colour = ""]) => [name, colour]));
}

/** The relative luminance of a colour (WCAG 2.2). */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: string, b: string): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

const backgrounds = ["bg", "surface", "raised", "sunken", "hover", "selected", "off-soft"];
const texts = ["text", "text-2", "text-3", "off", "beam", "ok", "wait", "bad", "note"];

for (const theme of ["light", "dark"] as const) {
  it(`can be read on hovered, selected and sunken backgrounds, ${theme}`, () => {
    const colours = coloursOf(theme);
    const weak = texts.flatMap((text) =>
      backgrounds.flatMap((ground) => {
        const ratio = contrast(colours.get(text) ?? "", colours.get(ground) ?? "");
        return ratio >= 4.55 ? [] : [`${text} on ${ground}: ${ratio.toFixed(2)}`];
      }),
    );
    expect(weak).toEqual([]);
  });

  it(`has words that can be read on their own soft background, ${theme}`, () => {
    const colours = coloursOf(theme);
    for (const tone of ["ok", "wait", "bad", "note"]) {
      expect(contrast(colours.get(tone) ?? "", colours.get(`${tone}-soft`) ?? "")).toBeGreaterThanOrEqual(4.5);
    }
  });
}
