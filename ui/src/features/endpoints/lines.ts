/** The entries of a text field that has one on each line. Empty lines and blanks around entries do not count. */
export const linesOf = (text: string): string[] =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
