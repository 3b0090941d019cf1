import { boot } from "./boot";

/** What the viewer chose; `system` follows the device. */
export type Theme = "system" | "light" | "dark";

const year = 365 * 24 * 60 * 60;

/** The theme in force: the server wrote it into the page, so that the first paint has it. */
export function currentTheme(): Theme {
  const written = document.documentElement.dataset.theme;
  return written === "light" || written === "dark" ? written : "system";
}

/** Shows the page in a theme, and has the server write it into the next one. */
export function chooseTheme(theme: Theme) {
  const root = document.documentElement;
  if (theme === "system") delete root.dataset.theme;
  else root.dataset.theme = theme;
  const life = theme === "system" ? 0 : year;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing in Firefox and over plain HTTP
  document.cookie = `theme=${theme}; Path=${boot.base}; Max-Age=${life}; SameSite=Lax${secure}`;
}
