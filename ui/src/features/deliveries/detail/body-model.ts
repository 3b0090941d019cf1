// Prepares a body for its views: text, fields, image, hexadecimal.

import { formatBytes } from "../../../lib/format";
import { type BodyKind, bodyKind, mediaType } from "./body-kind";
import { type FormField, multipartFields, parameter, urlencodedFields } from "./form-fields";
import { hexDump } from "./hex";
import type { Body } from "./read-body";
import { reindent } from "./reindent";

/** A view of a body. */
export type BodyView = "pretty" | "fields" | "image" | "raw" | "hex";

/** A body prepared for display. What is stored and downloaded is not changed. */
export interface BodyModel {
  kind: BodyKind;
  /** The possible views, the best one first. */
  views: readonly BodyView[];
  /** Notes for the viewer: that the body is cut or was decompressed, or does not match its declared type. */
  notes: string[];
  fields: FormField[] | undefined;
  text: (view: "pretty" | "raw" | "hex") => string;
}

const viewsOf: Record<BodyKind, readonly BodyView[]> = {
  empty: [],
  json: ["pretty", "raw", "hex"],
  form: ["fields", "raw", "hex"],
  multipart: ["fields", "raw", "hex"],
  image: ["image", "hex"],
  text: ["raw", "hex"],
  binary: ["hex", "raw"],
};

/** A hexadecimal dump is five times as long as the body, so only the start of a long body is dumped. */
const mostHex = 128 << 10;

/** Makes the views of a body of `size` bytes, of which `body` may hold the start. */
export function bodyModel(body: Body, contentType: string | undefined, size: number): BodyModel {
  const { bytes } = body;
  const kind = bodyKind(contentType, bytes);
  const { text, intact } = decoded(bytes, contentType, body.cut);
  const fields = formFields(kind, body, contentType, text);
  const views = viewsOf[kind].filter((view) => view !== "fields" || fields);
  const notes = [...cutNotes(body, size)];
  if (kind === "json" && !body.cut && !isJson(text))
    notes.push("This is not valid JSON. It is laid out as far as it goes; Raw shows it as sent.");
  if (kind !== "binary" && kind !== "image" && kind !== "multipart" && !intact)
    notes.push("Some bytes are no text in its character set and show as \ufffd. Hex shows them all.");

  return {
    kind,
    views,
    notes,
    fields,
    text: (view) => {
      if (view === "hex")
        return hexDump(bytes.subarray(0, mostHex)) + (bytes.length > mostHex ? hexMore(bytes.length) : "");
      return view === "pretty" ? reindent(text).text : text;
    },
  };
}

function formFields(
  kind: BodyKind,
  body: Body,
  contentType: string | undefined,
  text: string,
): FormField[] | undefined {
  if (body.cut) return undefined;
  if (kind === "form") return urlencodedFields(text);
  if (kind === "multipart") return multipartFields(body.bytes, contentType ?? "");
  return undefined;
}

function cutNotes(body: Body, size: number): string[] {
  const shown = formatBytes(body.bytes.length);
  if (!body.inflated)
    return body.cut ? [`Shown here: the first ${shown} of ${formatBytes(size)}. The download has all of it.`] : [];
  const rest = body.cut ? `, the first ${shown} of it` : "";
  return [`It came compressed and is shown unpacked${rest}. The download has the bytes as they came.`];
}

const hexMore = (all: number) => `\n… ${formatBytes(all - mostHex)} more. Download the body to see all of it.`;

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Decodes bytes with the declared charset, else as UTF-8; `intact` is false if some bytes are not valid. */
function decoded(bytes: Uint8Array, contentType: string | undefined, cut: boolean): { text: string; intact: boolean } {
  const declared = parameter(contentType ?? "", "charset");
  const whole = cut ? withoutCutLetter(bytes) : bytes;
  try {
    return { text: new TextDecoder(declared || "utf-8", { fatal: true }).decode(whole), intact: true };
  } catch {
    return { text: new TextDecoder().decode(whole), intact: false };
  }
}

/** Removes an incomplete UTF-8 character from the end. */
function withoutCutLetter(bytes: Uint8Array): Uint8Array {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte >= 0xc0) return bytes.subarray(0, bytes.length - back);
    if (byte < 0x80) break;
  }
  return bytes;
}

/** The media type to name beside the views; what was declared, or that nothing was. */
export const declaredType = (contentType: string | undefined) => mediaType(contentType) || "no content type";
