import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { inflated, readUpTo } from "./read-body";

/** A stream of endless chunks that counts what was taken from it. */
function endless(chunk: number) {
  const taken = { chunks: 0, cancelled: false };
  const stream = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        taken.chunks++;
        controller.enqueue(new Uint8Array(chunk));
      },
      cancel: () => {
        taken.cancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { stream, taken };
}

describe("readUpTo", () => {
  it("takes no more of a long body than is shown", async () => {
    const { stream, taken } = endless(100);
    const body = await readUpTo(stream, 250);
    expect(body).toMatchObject({ cut: true });
    expect(body.bytes).toHaveLength(250);
    expect(taken).toEqual({ chunks: 3, cancelled: true });
  });

  it("does not call a body cut that just fits", async () => {
    const body = await readUpTo(new Blob(["12345"]).stream(), 5);
    expect(body).toMatchObject({ cut: false });
    expect(new TextDecoder().decode(body.bytes)).toBe("12345");
  });
});

describe("inflated", () => {
  it("unpacks gzip", async () => {
    const body = await inflated(gzipSync('{"a":1}'), "gzip", 1000);
    expect(new TextDecoder().decode(body?.bytes)).toBe('{"a":1}');
  });

  it("stops at its limit, so that a bomb stays small", async () => {
    const body = await inflated(gzipSync(new Uint8Array(50_000_000)), "GZIP", 1000);
    expect(body).toMatchObject({ cut: true });
    expect(body?.bytes).toHaveLength(1000);
  });

  it.each(["", "identity", "br", "gzip, gzip"])("leaves %j as it came", async (encoding) => {
    expect(await inflated(gzipSync("x"), encoding, 1000)).toBeUndefined();
  });

  it("leaves what is not packed as its header says", async () => {
    expect(await inflated(new TextEncoder().encode("plain"), "gzip", 1000)).toBeUndefined();
  });
});
