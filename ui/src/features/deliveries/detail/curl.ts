// Writes a request as a curl command.

/** The parts of a curl command. */
export interface Sent {
  method: string;
  url: string;
  headers: { name: string; value: string }[];
  /** The body, or the name of the file that it was downloaded to, where it is too long for a line. */
  body: Uint8Array | string;
}

/** Headers of one hop, or that curl writes itself. */
const ofTheHop = /^(host|content-length|connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|expect)$/i;

/** Headers that curl adds unless it is told not to. */
const curlAdds = ["Accept", "User-Agent", "Content-Type"];

/** A longer body is named as a file, because shells do not accept lines of megabytes. In bytes. */
export const longestInline = 96 << 10;

/** A command for POSIX shells that sends the same request again: method, URL, headers and body. */
export function asCurl({ method, url, headers, body }: Sent): string {
  const kept = headers.filter((h) => !ofTheHop.test(h.name));
  const words = [`curl -X ${quote(method)} ${quote(url)}`];
  for (const { name, value } of kept) words.push(`-H ${quote(value === "" ? `${name};` : `${name}: ${value}`)}`);
  for (const name of curlAdds) {
    const sent = kept.some((h) => h.name.toLowerCase() === name.toLowerCase());
    if (!sent && (name !== "Content-Type" || body.length > 0)) words.push(`-H ${quote(`${name}:`)}`);
  }
  if (typeof body === "string") words.push(`--data-binary ${quote(`@${body}`)}`);
  if (typeof body === "string" || body.length === 0) return words.join(" \\\n  ");

  const text = asText(body);
  if (text !== undefined) return [...words, `--data-raw ${quote(text)}`].join(" \\\n  ");
  return `printf %s ${quote(base64(body))} | base64 -d |\n  ${[...words, "--data-binary @-"].join(" \\\n  ")}`;
}

function quote(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** The body as text, where a shell can carry it: valid UTF-8 without NUL or a byte order mark. */
function asText(body: Uint8Array): string | undefined {
  if (body.includes(0)) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    return undefined;
  }
}

function base64(body: Uint8Array): string {
  let binary = "";
  for (let at = 0; at < body.length; at += 0x8000) binary += String.fromCharCode(...body.subarray(at, at + 0x8000));
  return btoa(binary);
}
