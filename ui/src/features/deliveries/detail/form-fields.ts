// Parses urlencoded and multipart forms for display.

/** One field of a form, in the order sent. A file has no value, only its name, type and size. */
export interface FormField {
  name: string;
  value: string;
  file?: { name: string; type: string };
  size: number;
}

/** A form of more fields than this is shown raw: a table of them would help nobody. */
const mostFields = 1000;

/** Parses `application/x-www-form-urlencoded`; undefined if there are too many fields to show. */
export function urlencodedFields(text: string): FormField[] | undefined {
  const pairs = [...new URLSearchParams(text)];
  if (pairs.length > mostFields) return undefined;
  return pairs.map(([name, value]) => ({ name, value, size: new TextEncoder().encode(value).length }));
}

/** Parses `multipart/form-data` (RFC 7578); undefined if the body does not match its boundary. */
export function multipartFields(bytes: Uint8Array, contentType: string): FormField[] | undefined {
  const boundary = parameter(contentType, "boundary");
  if (!boundary) return undefined;
  // Latin-1 keeps one character to a byte, so that positions in the text are positions in the body.
  const text = new TextDecoder("latin1").decode(bytes);
  const parts = text.split(`--${boundary}`);
  if (parts.length < 3 || parts.length > mostFields || !parts.at(-1)?.startsWith("--")) return undefined;

  const fields: FormField[] = [];
  let at = (parts[0]?.length ?? 0) + boundary.length + 2;
  for (const part of parts.slice(1, -1)) {
    const field = readPart(bytes, part, at);
    if (!field) return undefined;
    fields.push(field);
    at += part.length + boundary.length + 2;
  }
  return fields;
}

function readPart(bytes: Uint8Array, part: string, at: number): FormField | undefined {
  const gap = part.indexOf("\r\n\r\n");
  if (gap < 0 || !part.startsWith("\r\n") || !part.endsWith("\r\n")) return undefined;
  const utf8 = new TextDecoder();
  const head = utf8.decode(bytes.subarray(at, at + gap));
  const body = bytes.subarray(at + gap + 4, at + part.length - 2);
  const disposition = headerLine(head, "content-disposition");
  const name = parameter(disposition, "name");
  if (name === undefined) return undefined;

  const fileName = parameter(disposition, "filename");
  if (fileName === undefined) return { name, value: utf8.decode(body), size: body.length };
  const type = headerLine(head, "content-type") || "application/octet-stream";
  return { name, value: "", file: { name: fileName, type }, size: body.length };
}

function headerLine(head: string, name: string): string {
  const line = head.split("\r\n").find((l) => l.toLowerCase().startsWith(`${name}:`));
  return line?.slice(name.length + 1).trim() ?? "";
}

/** One parameter of a header's value, such as the boundary of a Content-Type. */
export function parameter(value: string, name: string): string | undefined {
  for (const found of value.matchAll(/;\s*([^=;\s]+)\s*=\s*(?:"((?:\\.|[^"\\])*)"|([^;]*))/g)) {
    if (found[1]?.toLowerCase() === name) return found[2]?.replace(/\\(.)/g, "$1") ?? found[3]?.trim();
  }
  return undefined;
}
