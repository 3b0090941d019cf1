// Writes a request as a curl command.

import { bytesOf } from "./exact-bytes";

/** The parts of a curl command. */
export interface Sent {
  method: string;
  url: string;
  /** Values whose bytes are not UTF-8 have them in base64. Trailers are left out: curl sends none. */
  headers: { name: string; value: string; base64?: string; trailer?: boolean }[];
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
  const kept = headers.filter((h) => !h.trailer && !ofTheHop.test(h.name));
  const words = [`curl -X ${quote(method)} ${quote(url)}`];
  for (const { name, value, base64 } of kept) {
    const start = new TextEncoder().encode(`${name}: `);
    if (base64) words.push(`-H "$(printf '${octal(start)}${octal(bytesOf(base64))}')"`);
    else words.push(`-H ${quote(value === "" ? `${name};` : `${name}: ${value}`)}`);
  }
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

/** Bytes as printf of a POSIX shell reads them. */
function octal(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => {
    const c = String.fromCharCode(byte);
    return /[A-Za-z0-9 .,:;=/_-]/.test(c) ? c : `\\${byte.toString(8).padStart(3, "0")}`;
  }).join("");
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
