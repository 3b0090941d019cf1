import { afterEach, expect, it, vi } from "vitest";
import { Connection } from "./connection";
import type { LiveState } from "./state";
import { FakeClock } from "./testing/fake-clock";
import { delivery, FakeServer } from "./testing/fake-server";

/** A page that follows a server: what it has been told since its last first page. */
function open({ random = () => 0.5, stored = 0 }: { random?: () => number; stored?: number } = {}) {
  const clock = new FakeClock();
  const server = new FakeServer(clock);
  server.head = stored;
  const page = { received: [] as number[], firstPage: 0, missed: 0, expelled: 0, online: true };
  const connection = new Connection({
    socket: server.socket,
    polling: server.polling,
    clock,
    random,
    load: async () => {
      const start = await server.load();
      page.received = [];
      page.firstPage = server.head;
      return start;
    },
    unauthenticated: () => page.expelled++,
    online: () => page.online,
  });
  connection.follow({
    updates: (updates) => {
      for (const update of updates) if (update.kind === "delivery") page.received.push(update.seq);
    },
    missed: () => page.missed++,
  });
  const states: LiveState[] = [];
  connection.subscribe(() => states.push(connection.state));
  connection.start();
  return { clock, server, page, connection, states, kinds: () => states.map(({ kind }) => kind) };
}

afterEach(() => void vi.unstubAllGlobals());

const upTo = (first: number, last: number) => Array.from({ length: last - first }, (_, i) => first + i + 1);

it("loads the first page and is live right behind it", async () => {
  const { clock, server, connection, page } = open({ stored: 40 });
  expect(connection.state).toEqual({ kind: "connecting" });
  await clock.pass(10);
  expect(connection.state).toEqual({ kind: "live", seq: 40 });
  server.store(2);
  await clock.pass(10);
  expect(page.received).toEqual([41, 42]);
  expect(connection.state).toEqual({ kind: "live", seq: 42 });
});

it("says that it is catching up until it has everything", async () => {
  const { clock, server, connection, page, kinds } = open({ stored: 5 });
  await clock.pass(10);
  server.silence();
  server.store(8);
  connection.wake({ suspect: true });
  await clock.pass(6);
  expect(connection.state).toEqual({ kind: "catching-up", received: 3 });
  await clock.pass(5);
  expect(connection.state).toEqual({ kind: "catching-up", received: 6 });
  await clock.pass(5);
  expect(connection.state).toEqual({ kind: "live", seq: 13 });
  expect(page.received).toEqual(upTo(5, 13));
  expect(kinds()).toEqual(["live", "connecting", "catching-up", "catching-up", "live"]);
});

it("is not live from the moment that a socket breaks, and comes back with its cursor", async () => {
  const { clock, server, connection, page } = open();
  await clock.pass(10);
  server.cut("The server is restarting.");
  expect(connection.state).toEqual({ kind: "connecting", cause: "The server is restarting." });
  server.store(2);
  await clock.pass(1000);
  expect(connection.state).toEqual({ kind: "live", seq: 2 });
  expect(page.received).toEqual([1, 2]);
  expect(page.missed).toBe(2);
  expect(server.opened.page).toBe(1);
});

it("never moves past a hole", async () => {
  const { clock, server, connection, page } = open();
  await clock.pass(10);
  server.head = 3;
  const updates = [{ kind: "delivery" as const, seq: 3, delivery: delivery(3) }];
  server.send({ from: server.cursor(2), to: server.cursor(3), head: server.cursor(3), reset: false, updates });
  expect(connection.state.kind).toBe("connecting");
  expect(page.received).toEqual([]);
  await clock.pass(1000);
  expect(page.received).toEqual([1, 2, 3]);
});

it("takes no frame twice", async () => {
  const { clock, server, page } = open();
  await clock.pass(10);
  server.store(1);
  await clock.pass(10);
  server.send(server.frame(server.cursor(0)));
  await clock.pass(1000);
  expect(page.received).toEqual([1]);
});

it("loads the first page again when its cursor leads nowhere", async () => {
  const { clock, server, connection, page } = open({ stored: 50 });
  await clock.pass(10);
  server.restore(7);
  await clock.pass(1000);
  expect(page.firstPage).toBe(7);
  expect(connection.state).toEqual({ kind: "live", seq: 7 });
  server.store();
  await clock.pass(10);
  expect(page.received).toEqual([8]);
});

it("is in no hurry where even a new cursor leads nowhere", async () => {
  const { clock, server, connection } = open({ stored: 50 });
  await clock.pass(10);
  server.oldest = 1000;
  server.cut();
  await clock.pass(60_000);
  expect(connection.state).toMatchObject({
    kind: "offline",
    cause: "The server does not know the cursor that it gave.",
  });
  expect(server.opened.page).toBeLessThan(30);
});

it("gives up a socket on which nothing is heard for 45 seconds", async () => {
  const { clock, server, connection, page } = open();
  await clock.pass(10);
  server.silence();
  server.store();
  await clock.pass(44_900);
  expect(connection.state.kind).toBe("live");
  await clock.pass(100);
  expect(connection.state).toMatchObject({
    kind: "connecting",
    cause: "Nothing was heard from the server for 45 seconds.",
  });
  await clock.pass(1000);
  expect(page.received).toEqual([1]);
});

it("stays live on heartbeats alone", async () => {
  const { clock, server, states } = open();
  await clock.pass(10 * 60_000);
  expect(states).toEqual([{ kind: "live", seq: undefined }]);
  expect(server.opened.socket).toBe(1);
});

it("polls where sockets are refused, says so, and loses nothing", async () => {
  const { clock, server, connection, page, kinds } = open();
  server.sockets = "refuse";
  await clock.pass(1500);
  expect(connection.state).toEqual({ kind: "polling", everyMs: 3000, cause: "Refused." });
  expect(kinds()).toEqual(["polling"]);
  server.store(5);
  await clock.pass(3100);
  expect(page.received).toEqual([1, 2, 3, 4, 5]);
});

it("does not fall back to polling for failures that lie far apart", async () => {
  const { clock, server, connection, kinds } = open();
  await clock.pass(10);
  for (let day = 0; day < 5; day++) {
    server.cut();
    server.sockets = "refuse";
    await clock.pass(510);
    server.sockets = "work";
    await clock.pass(24 * 60 * 60_000);
  }
  expect(kinds()).not.toContain("polling");
  expect(connection.state.kind).toBe("live");
  expect(server.opened).toEqual({ socket: 11, polling: 0, page: 1 });
});

it("polls where something swallows the socket, without trying twice", async () => {
  const { clock, server, connection } = open();
  server.sockets = "mute";
  await clock.pass(8100);
  expect(connection.state.kind).toBe("polling");
  expect(server.opened.socket).toBe(1);
});

it("returns to the socket as soon as it works, although polling moved on meanwhile", async () => {
  const { clock, server, connection, page } = open();
  server.sockets = "refuse";
  await clock.pass(2000);
  const received = upTo(0, 60);
  for (const seq of received) {
    if (seq === 20) server.sockets = "work";
    server.store();
    await clock.pass(1000);
  }
  expect(connection.state).toEqual({ kind: "live", seq: 60 });
  expect(page.received).toEqual(received);
});

it("keeps polling, and trying the socket less often, while it stays blocked", async () => {
  const { clock, server, states } = open();
  server.sockets = "refuse";
  await clock.pass(30 * 60_000);
  expect(states).toHaveLength(1);
  expect(server.opened.socket).toBeGreaterThan(30);
  expect(server.opened.socket).toBeLessThan(90);
  expect(server.opened.polling).toBe(1);
});

it("is offline when nothing works, says since when and when it tries again", async () => {
  const { clock, server, connection } = open();
  await clock.pass(10);
  const since = clock.now();
  server.sockets = server.polls = "refuse";
  server.cut();
  await clock.pass(1100);
  const { state } = connection;
  expect(state).toMatchObject({ kind: "offline", since, cause: "The server cannot be reached." });
  expect(state.kind === "offline" && state.nextTry && state.nextTry - clock.now()).toBeLessThanOrEqual(500);
  await clock.pass(10 * 60_000);
  expect(connection.state).toMatchObject({ kind: "offline", since });
  server.sockets = "work";
  server.store(4);
  await clock.pass(15_000);
  expect(connection.state).toEqual({ kind: "live", seq: 4 });
});

it("was offline since it last heard something, where the connection fell silent", async () => {
  const { clock, server, connection } = open();
  await clock.pass(6);
  const lastFrameAt = clock.now() - 1;
  server.silence();
  server.sockets = server.polls = "refuse";
  await clock.pass(60_000);
  expect(connection.state).toMatchObject({ kind: "offline", since: lastFrameAt });
});

it("names the device where that has no network", async () => {
  const { clock, server, connection, page } = open();
  await clock.pass(10);
  page.online = false;
  server.sockets = server.polls = "refuse";
  server.cut();
  await clock.pass(2000);
  expect(connection.state).toMatchObject({ kind: "offline", cause: "This device is offline." });
});

it("tries at once when woken, however long the pause was to be", async () => {
  const { clock, server, connection } = open({ random: () => 1 });
  await clock.pass(10);
  server.sockets = server.polls = "refuse";
  server.cut();
  await clock.pass(60_000);
  server.sockets = "work";
  connection.wake();
  await clock.pass(6);
  expect(connection.state.kind).toBe("live");
});

it("is right within a second of being looked at after a sleep", async () => {
  const { clock, server, connection, page } = open();
  await clock.pass(10);
  server.silence();
  server.head = 9;
  clock.sleep(10 * 60_000);
  connection.wake();
  expect(connection.state.kind).toBe("connecting");
  await clock.pass(1000);
  expect(connection.state).toEqual({ kind: "live", seq: 9 });
  expect(page.received).toEqual(upTo(0, 9));
});

it("leaves a healthy connection alone when it is merely looked at", async () => {
  const { clock, server, connection, states } = open();
  await clock.pass(10);
  connection.wake();
  await clock.pass(1000);
  expect(server.opened.socket).toBe(1);
  expect(states).toHaveLength(1);
});

it.each([true, false])("tries the socket at once when woken while polling (suspect: %s)", async (suspect) => {
  const { clock, server, connection, page } = open();
  server.sockets = "refuse";
  await clock.pass(2000);
  server.sockets = "work";
  server.store();
  connection.wake({ suspect });
  await clock.pass(20);
  expect(connection.state.kind).toBe("live");
  expect(page.received).toEqual([1]);
});

it("stops and goes to the login when the session is over, whichever way it learns of it", async () => {
  const loading = open();
  loading.server.loggedIn = false;
  await loading.clock.pass(60_000);
  expect([loading.page.expelled, loading.server.opened.page]).toEqual([1, 1]);

  const running = open();
  await running.clock.pass(10);
  running.server.loggedIn = false;
  running.server.cut();
  await running.clock.pass(60_000);
  expect(running.page.expelled).toBe(1);
  expect(running.connection.state).toMatchObject({ kind: "offline", cause: "You are logged out." });
  expect(running.server.opened.polling).toBe(1);
});

it("lets no subscriber's fault reach another", async () => {
  const report = vi.fn();
  vi.stubGlobal("reportError", report);
  const { clock, server, connection } = open();
  const fault = new Error("a fault");
  const received: number[] = [];
  const broken = () => {
    throw fault;
  };
  connection.follow({ updates: broken });
  connection.follow({ updates: (updates) => received.push(updates.length) });
  await clock.pass(10);
  server.store(1);
  await clock.pass(10);
  expect(received).toEqual([1]);
  expect(report.mock.calls).toEqual([[fault]]);
});

it("says nothing once stopped", async () => {
  const { clock, server, connection, page } = open();
  await clock.pass(10);
  connection.stop();
  server.store();
  await clock.pass(60_000);
  expect(page.received).toEqual([]);
});

it("waits longer after each failure, by chance, and never longer than a quarter of a minute", async () => {
  const { clock, server, connection } = open({ random: () => 1 });
  server.sockets = server.polls = server.pages = "refuse";
  const pauses: number[] = [];
  connection.subscribe(() => {
    const { state } = connection;
    if (state.kind === "offline" && state.nextTry) pauses.push(state.nextTry - clock.now());
  });
  await clock.pass(120_000);
  expect(pauses.slice(0, 7)).toEqual([1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
});
