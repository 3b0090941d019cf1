// Indents JSON without parsing its values.

/** Nesting beyond this stays on one line, so that a body of nothing but brackets cannot swell the view. */
const deepest = 32;

const blank = /[\t\n\r ]/;

/**
 * Indents JSON without changing a token: numbers, escapes, the order of keys and duplicate keys stay as they were sent.
 * Invalid or truncated text is indented as far as possible. Stops after `most` characters.
 */
export function reindent(source: string, most = 8 << 20): { text: string; cut: boolean } {
  const out: string[] = [];
  let length = 0;
  let depth = 0;
  const put = (piece: string) => {
    out.push(piece);
    length += piece.length;
  };
  const line = () => {
    if (depth <= deepest) put(`\n${"  ".repeat(depth)}`);
  };

  for (let at = 0; at < source.length; ) {
    if (length > most) return { text: out.join(""), cut: true };
    const c = source.charAt(at);
    if (c === '"') {
      const end = stringEnd(source, at);
      put(source.slice(at, end));
      at = end;
      continue;
    }
    at++;
    if (blank.test(c)) continue;
    if (c === "{" || c === "[") {
      put(c);
      const close = skipBlank(source, at);
      if (source.charAt(close) === (c === "{" ? "}" : "]")) {
        put(source.charAt(close));
        at = close + 1;
        continue;
      }
      depth++;
      line();
    } else if (c === "}" || c === "]") {
      depth = Math.max(0, depth - 1);
      if (depth < deepest) line();
      put(c);
    } else if (c === ",") {
      put(c);
      line();
    } else if (c === ":") {
      put(": ");
    } else {
      const end = literalEnd(source, at);
      put(source.slice(at - 1, end));
      at = end;
    }
  }
  return { text: out.join(""), cut: false };
}

function stringEnd(source: string, start: number): number {
  for (let at = start + 1; at < source.length; at++) {
    const c = source.charAt(at);
    if (c === "\\") at++;
    else if (c === '"') return at + 1;
  }
  return source.length;
}

function literalEnd(source: string, start: number): number {
  let at = start;
  while (at < source.length && !/[\t\n\r ",:[\]{}]/.test(source.charAt(at))) at++;
  return at;
}

function skipBlank(source: string, start: number): number {
  let at = start;
  while (at < source.length && blank.test(source.charAt(at))) at++;
  return at;
}
