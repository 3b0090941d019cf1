// Shows headers and queries that are not UTF-8, so that every byte can be read.

/** The bytes of base64 that the server wrote. */
export const bytesOf = (base64: string): Uint8Array => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));

/** Bytes as ASCII; all others as in \xe9, and the backslash as \\. */
export function escaped(base64: string): string {
  return Array.from(bytesOf(base64), (byte) => {
    if (byte === 0x5c) return "\\\\";
    if (byte >= 0x20 && byte <= 0x7e) return String.fromCharCode(byte);
    return `\\x${byte.toString(16).padStart(2, "0")}`;
  }).join("");
}

/**
 * The parameters of a raw query, decoded. One whose bytes are not UTF-8 stays as it was sent, because U+FFFD would hide
 * what it is.
 */
export function queryPairs(query: string): [name: string, value: string][] {
  return query
    .split("&")
    .filter((pair) => pair !== "")
    .map((pair) => {
      const equals = pair.indexOf("=");
      return equals < 0 ? [decoded(pair), ""] : [decoded(pair.slice(0, equals)), decoded(pair.slice(equals + 1))];
    });
}

function decoded(text: string): string {
  const spaced = text.replaceAll("+", " ");
  try {
    return decodeURIComponent(spaced.replaceAll(/%(?![0-9a-f]{2})/gi, "%25"));
  } catch {
    return text;
  }
}
