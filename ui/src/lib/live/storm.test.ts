import { expect, it } from "vitest";
import { Connection } from "./connection";
import { FakeClock } from "./testing/fake-clock";
import { FakeServer } from "./testing/fake-server";

/** Chance that can be repeated (mulberry32). */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function oneOf<Choice>(random: () => number, ...choices: Choice[]): Choice {
  return choices[Math.floor(random() * choices.length)] as Choice;
}

/** Everything that can happen to a page, and things that should not. */
function weather(server: FakeServer, clock: FakeClock, connection: Connection, random: () => number) {
  const any = <Choice>(...choices: Choice[]) => oneOf(random, ...choices);
  const happenings: Array<() => void> = [
    () => server.store(1 + Math.floor(random() * 9)),
    () => server.store(),
    () => server.cut(),
    () => server.silence(),
    () => (server.sockets = any("work", "refuse", "mute")),
    () => (server.polls = any("work", "work", "refuse")),
    () => (server.pages = any("work", "work", "refuse")),
    () => (server.pageMs = any(0, 100, 20_000)),
    () => connection.wake({ suspect: any(true, false) }),
    () => clock.sleep(random() * 120_000),
    () => random() < 0.1 && server.restore(Math.floor(random() * 50)),
    () => (server.oldest = random() < 0.1 ? Math.floor(server.head * random()) : server.oldest),
    () => server.send(server.frame(server.cursor(Math.floor(random() * server.head)))),
  ];
  return () => any(...happenings)();
}

async function storm(seed: number) {
  const random = chance(seed);
  const clock = new FakeClock();
  const server = new FakeServer(clock);
  const rows: number[] = [];
  let loads = 0;
  const connection = new Connection({
    socket: server.socket,
    polling: server.polling,
    clock,
    random,
    load: async () => {
      const mine = ++loads;
      const start = await server.load();
      if (mine !== loads) return start;
      rows.splice(0, rows.length, ...Array.from({ length: start.seq ?? 0 }, (_, i) => i + 1));
      return start;
    },
    unauthenticated: () => expect.unreachable(),
    online: () => true,
  });
  connection.follow({
    updates: (updates) => {
      for (const update of updates) if (update.kind === "delivery") rows.push(update.seq);
    },
  });
  connection.start();
  const happen = weather(server, clock, connection, random);
  for (let i = 0; i < 150; i++) {
    happen();
    await clock.pass(random() * oneOf(random, 20, 2000, 30_000));
    if (connection.state.kind === "live") expect(connection.state.seq ?? 0).toBe(rows.at(-1) ?? 0);
  }
  server.sockets = server.polls = server.pages = "work";
  server.pageMs = 0;
  await clock.pass(180_000);
  expect(connection.state).toEqual({ kind: "live", seq: server.head || undefined });
  expect(rows).toEqual(Array.from({ length: server.head }, (_, i) => i + 1));
}

it("ends complete, in order, nothing twice, whatever happens on the way", async () => {
  for (let seed = 1; seed <= 150; seed++) {
    await storm(seed).catch((error: Error) => {
      error.message = `seed ${seed}: ${error.message}`;
      throw error;
    });
  }
});
