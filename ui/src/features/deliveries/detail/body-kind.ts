// Decides from the content type and the first bytes how a body can be shown.

/** The kind of a body, which decides how it is shown. */
export type BodyKind = "empty" | "json" | "form" | "multipart" | "image" | "text" | "binary";

/** Image types that every browser draws from a blob without running anything. SVG is shown as text. */
const images = new Set(["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp"]);

const texts =
  /^(text\/|application\/(xml|javascript|ecmascript|graphql|x-ndjson|x-yaml|yaml|toml|sql)\b)|\+(xml|yaml)$/;

/** Decides by the declared type, or by the bytes if the type says nothing. */
export function bodyKind(contentType: string | undefined, bytes: Uint8Array): BodyKind {
  if (bytes.length === 0) return "empty";
  const type = mediaType(contentType);
  if (type === "application/json" || type.endsWith("+json")) return "json";
  if (images.has(type)) return "image";
  if (type === "multipart/form-data") return "multipart";
  // `curl -d` declares a form whatever it sends, so a form that starts like JSON is looked at as JSON.
  if (looksLikeJson(bytes)) return "json";
  if (type === "application/x-www-form-urlencoded") return "form";
  if (texts.test(type)) return "text";
  return looksLikeText(bytes) ? "text" : "binary";
}

/** The type without its parameters, in lower case. */
export function mediaType(contentType: string | undefined): string {
  return contentType?.split(";", 1)[0]?.trim().toLowerCase() ?? "";
}

function looksLikeJson(bytes: Uint8Array): boolean {
  const start = new TextDecoder().decode(bytes.subarray(0, 256)).trimStart();
  return /^(\{\s*("|\}|$)|\[\s*(["[{\]\d-]|true|false|null|$))/.test(start);
}

function looksLikeText(bytes: Uint8Array): boolean {
  const start = bytes.subarray(0, 4096);
  if (start.includes(0)) return false;
  const text = new TextDecoder().decode(start, { stream: true });
  return !text.includes("\ufffd");
}

/** The name of a declared type in a sentence. */
export function bodyWord(contentType: string | undefined): string {
  const type = mediaType(contentType);
  if (type === "application/json" || type.endsWith("+json")) return "JSON";
  // What `curl -d` sends is declared as a form whatever it is, so that declaration proves nothing.
  if (type === "multipart/form-data") return "form data";
  if (type.endsWith("/xml") || type.endsWith("+xml")) return "XML";
  if (type.startsWith("image/")) return "image data";
  if (type.startsWith("text/")) return "text";
  return "data";
}
