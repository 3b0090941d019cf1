// Fetches and decompresses bodies, within limits.

import { at } from "../../../lib/boot";
import { Problem, toLogin, unreachable } from "../../../lib/problem";

/** The bytes of a body that were read. */
export interface BodyBytes {
  bytes: Uint8Array;
  /** More was sent than `bytes` holds. */
  cut: boolean;
}

/** A body for display. */
export interface Body extends BodyBytes {
  /** It came compressed; `bytes` holds what was inside. */
  inflated: boolean;
}

/** The URL from which the exact bytes can be downloaded. */
export const bodyUrl = (id: string) => at(`api/v1/deliveries/${encodeURIComponent(id)}/body`);

/** Fetches a body; rejects with a Problem if that fails. */
export async function fetchBody(id: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
  let answer: Response;
  try {
    answer = await fetch(bodyUrl(id), { signal });
  } catch (error) {
    throw signal.aborted ? error : unreachable(error);
  }
  if (answer.status === 401) toLogin();
  if (!answer.ok) throw await Problem.from(answer);
  return answer.body ?? new Blob().stream();
}

/** Reads a stream until it ends or `most` bytes are there; the rest is never fetched. */
export async function readUpTo(stream: ReadableStream<Uint8Array>, most: number): Promise<BodyBytes> {
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  while (length <= most) {
    const { done, value } = await reader.read();
    if (done) return { bytes: joined(chunks, length), cut: false };
    chunks.push(value);
    length += value.length;
  }
  await reader.cancel();
  return { bytes: joined(chunks, length).subarray(0, most), cut: true };
}

function joined(chunks: Uint8Array[], length: number): Uint8Array {
  const all = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

/** The compressions that every browser can undo. */
const inflatable = new Set(["gzip", "deflate"]);

/**
 * Decompresses a body for display, up to `most` bytes, so that a decompression bomb stays small. Undefined if the body
 * is not compressed, or with a method that browsers do not support.
 */
export async function inflated(bytes: Uint8Array, encoding: string, most: number): Promise<BodyBytes | undefined> {
  const name = encoding.trim().toLowerCase().replace(/^x-/, "");
  if (!inflatable.has(name) || bytes.length === 0) return undefined;
  const source = new Blob([bytes as BlobPart]).stream();
  const stream = source.pipeThrough(new DecompressionStream(name as CompressionFormat));
  try {
    return await readUpTo(stream, most);
  } catch {
    return undefined; // not what its header says: the bytes are shown as they came
  }
}
