import { expect, it } from "vitest";
import { type Frame, readFrame } from "./frame";
import { pollEveryMs, pollingTransport } from "./polling";
import { socketTransport, socketUrl } from "./socket";
import { FakeClock, settle } from "./testing/fake-clock";
import { delivery } from "./testing/fake-server";
import type { Loss, Receiver } from "./transport";

const text = (from: string, to: string, head = to) => JSON.stringify({ from, to, head, updates: [] });

function receiver() {
  const frames: Frame[] = [];
  const losses: Loss[] = [];
  const far: Receiver = { frame: (frame) => frames.push(frame), lost: (loss) => losses.push(loss) };
  return { frames, losses, far };
}

it("reads a frame, and passes over kinds of updates that it does not know", () => {
  const updates = [
    { kind: "delivery", seq: 7, delivery: delivery(7) },
    { kind: "attempt", attempt: { id: "att_1" } },
    { kind: "endpoint", endpoint: { id: "ep_1", name: "first" } },
    { kind: "delivery", seq: 8 },
    null,
    { kind: "statuses", statuses: "rebuilt" },
    { kind: "statuses", statuses: "of a later release" },
    { kind: "toString" },
  ];
  const frame = readFrame(JSON.stringify({ from: "a", to: "b", head: "c", reset: true, updates, more: 1 }));
  expect(frame).toEqual({ from: "a", to: "b", head: "c", reset: true, updates: [updates[0], updates[2], updates[5]] });
});

it.each([
  "",
  "{",
  "null",
  "[]",
  "{}",
  '{"from":"a","to":"b","updates":[]}',
  '{"from":1,"to":"b","head":"b","updates":[]}',
])("takes %j for no frame", (text) => expect(readFrame(text)).toBeUndefined());

/** A WebSocket whose far end is the test. */
class FakeWebSocket {
  static all: FakeWebSocket[] = [];
  onmessage: ((event: { data: unknown }) => void) | undefined;
  onopen: (() => void) | undefined;
  onclose: ((event: { code: number }) => void) | undefined;
  closed = 0;

  constructor(readonly url: string) {
    FakeWebSocket.all.push(this);
  }

  close() {
    this.closed++;
  }
}

function openSocket() {
  const held = receiver();
  const stream = socketTransport("ws://far/api/v1/live", FakeWebSocket as unknown as typeof WebSocket).open(
    "c:1",
    held.far,
  );
  return { ...held, stream, socket: FakeWebSocket.all.at(-1) as FakeWebSocket };
}

it("opens the socket behind a cursor, under the page's base and with its security", () => {
  expect(openSocket().socket.url).toBe("ws://far/api/v1/live?after=c%3A1");
  expect(socketUrl({ protocol: "https:", host: "h.example" }, "/hooks/")).toBe("wss://h.example/hooks/api/v1/live");
  expect(socketUrl({ protocol: "http:", host: "h:8080" }, "/")).toBe("ws://h:8080/api/v1/live");
});

it("hands on frames until the socket closes, and says why it did", () => {
  const { socket, frames, losses } = openSocket();
  socket.onmessage?.({ data: text("c:1", "c:2") });
  socket.onclose?.({ code: 1012 });
  socket.onclose?.({ code: 1006 });
  socket.onmessage?.({ data: text("c:2", "c:3") });
  expect(frames.map(({ to }) => to)).toEqual(["c:2"]);
  expect(losses).toEqual([{ kind: "failed", cause: "The server is restarting." }]);
});

it("tells a connection that broke from one that never was", () => {
  const broke = openSocket();
  broke.socket.onopen?.();
  broke.socket.onclose?.({ code: 1006 });
  const never = openSocket();
  never.socket.onclose?.({ code: 1006 });
  expect([...broke.losses, ...never.losses]).toEqual([
    { kind: "failed", cause: "The live connection broke." },
    { kind: "failed", cause: "No live connection can be made." },
  ]);
});

it("closes a socket that sends what is no frame", () => {
  for (const data of ["no frame", new ArrayBuffer(4)]) {
    const { socket, frames, losses } = openSocket();
    socket.onmessage?.({ data });
    expect([socket.closed, frames.length, losses.length]).toEqual([1, 0, 1]);
  }
});

it("says nothing of a socket that we closed", () => {
  const { socket, stream, losses } = openSocket();
  stream.close();
  socket.onclose?.({ code: 1005 });
  expect([socket.closed, losses.length]).toEqual([1, 0]);
});

it("takes a browser that refuses to open a socket for one that could not", async () => {
  const held = receiver();
  const refuse = class {
    constructor() {
      throw new DOMException("insecure", "SecurityError");
    }
  };
  socketTransport("ws://far", refuse as unknown as typeof WebSocket).open("c:1", held.far);
  expect(held.losses).toEqual([]);
  await settle();
  expect(held.losses).toEqual([{ kind: "failed", cause: "The browser allows no live connection." }]);
});

function openPoll() {
  const held = receiver();
  const clock = new FakeClock();
  const requests: {
    query: string;
    at: number;
    answer(a: Response): Promise<void>;
    fail(): Promise<void>;
    signal: AbortSignal;
  }[] = [];
  const ask = (url: string, { signal }: RequestInit) =>
    new Promise<Response>((resolve, reject) => {
      const end = (run: () => void) => {
        run();
        return settle();
      };
      signal?.addEventListener("abort", () => reject(signal.reason));
      requests.push({
        query: url.slice(url.indexOf("?") + 1),
        at: clock.now(),
        answer: (response) => end(() => resolve(response)),
        fail: () => end(() => reject(new TypeError("network"))),
        signal: signal as AbortSignal,
      });
    });
  const stream = pollingTransport("/api/v1/updates", ask as typeof fetch, clock).open("c:1", held.far);
  return { ...held, clock, requests, stream, last: () => requests.at(-1) as (typeof requests)[number] };
}

it("asks at once, then waits for news, each time from where the last frame ended", async () => {
  const { clock, requests, last, frames } = openPoll();
  expect(last().query).toBe("after=c%3A1&wait=0ms");
  await last().answer(new Response(text("c:1", "c:2")));
  await clock.pass(1000);
  expect(last().query).toBe("after=c%3A2&wait=2750ms");
  await last().answer(new Response(text("c:2", "c:5")));
  await clock.pass(1000);
  expect(last().query).toBe("after=c%3A5&wait=2750ms");
  expect(requests).toHaveLength(3);
  expect(frames.map(({ to }) => to)).toEqual(["c:2", "c:5"]);
});

it("asks again without a pause while it is behind, and rests where it is not", async () => {
  const { clock, requests, last } = openPoll();
  await last().answer(new Response(text("c:1", "c:2", "c:9")));
  await clock.pass(0);
  expect([requests.length, last().query]).toEqual([2, "after=c%3A2&wait=0ms"]);
  await last().answer(new Response(text("c:2", "c:9")));
  await clock.pass(249);
  expect(requests).toHaveLength(2);
  await clock.pass(1);
  expect(requests).toHaveLength(3);
});

it.each([
  [401, {}, { kind: "unauthenticated" }],
  [400, {}, { kind: "cursor" }],
  [503, { "Retry-After": "7" }, { kind: "failed", cause: "The server is not ready.", pauseMs: 7000 }],
  [429, { "Retry-After": "2" }, { kind: "failed", cause: "The server answered 429.", pauseMs: 2000 }],
  [502, {}, { kind: "failed", cause: "The server answered 502." }],
])("understands a refusal with %d", async (status, headers, loss) => {
  const { clock, requests, last, losses } = openPoll();
  await last().answer(new Response("{}", { status, headers }));
  await clock.pass(60_000);
  expect([losses, requests.length]).toEqual([[loss], 1]);
});

it("gives up on an answer that does not come, and on a network that breaks", async () => {
  const slow = openPoll();
  await slow.clock.pass(10_000);
  expect(slow.losses).toEqual([{ kind: "failed", cause: "The server cannot be reached." }]);
  expect(slow.last().signal.aborted).toBe(true);
  const broken = openPoll();
  await broken.last().fail();
  expect(broken.losses).toHaveLength(1);
});

it("asks nothing more once closed", async () => {
  const { clock, requests, last, stream, frames, losses } = openPoll();
  stream.close();
  await last().answer(new Response(text("c:1", "c:2")));
  await clock.pass(10 * pollEveryMs);
  expect([requests.length, frames.length, losses.length]).toEqual([1, 0, 0]);
});
