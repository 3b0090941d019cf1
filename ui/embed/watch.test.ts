import { expect, it, vi } from "vitest";
import { FakeHookbeam } from "./testing/fake-hookbeam";
import { setVisibility } from "./testing/visibility";
import { open, paid, pass, pending, second, waiting } from "./testing/watcher";

it("is live by the socket, and asks nothing beside it", async () => {
  const { server, received, lines } = open();
  await pass(10);
  server.become(pending);
  expect(received).toEqual(["waiting", "pending"]);
  await pass(120 * second);
  expect(lines).toEqual(["live"]);
  expect(server.requests).toEqual([]);
  expect([...server.versions]).toEqual(["?v=2"]);
  expect([...server.addresses]).toEqual(["wss://hooks.example.com/h/api/v1/status/tok.en/live"]);
});

it("tells nothing twice, however often it hears it", async () => {
  const { server, received } = open();
  await pass(10);
  server.become({ ...waiting });
  await pass(65 * second);
  expect(received).toEqual(["waiting"]);
});

it("asks where the socket is refused, and the server holds the answer until there is news", async () => {
  const server = new FakeHookbeam(waiting);
  server.sockets = "refuse";
  const { received, line } = open(server);
  await pass(300);
  expect(line()).toBe("polling");
  expect(server.requests.map(({ query }) => query)).toEqual(["", "?wait=25s"]);
  expect(server.requests[1]?.known).toBe(server.etag);
  server.become(pending);
  await pass(10);
  expect(received).toEqual(["waiting", "pending"]);
});

it("a socket that opens and stays mute gives way to polling within five seconds", async () => {
  const server = new FakeHookbeam(paid);
  server.sockets = "mute";
  const { received } = open(server);
  await pass(5 * second);
  expect(received).toEqual(["paid"]);
});

it("a socket that opens and falls silent gives way to polling", async () => {
  const { server, received, line } = open();
  await pass(10);
  server.silence();
  server.become(pending);
  server.sockets = "mute";
  await pass(44 * second);
  expect([line(), received.at(-1)]).toEqual(["live", "waiting"]);
  await pass(2 * second);
  expect([line(), received.at(-1)]).toEqual(["polling", "pending"]);
});

it("a socket that says what cannot be read gives way to polling", async () => {
  const { server, line } = open();
  await pass(10);
  for (const socket of server.open) socket.sendToClient("<html>");
  await pass(second);
  expect(line()).toBe("polling");
  expect(server.requests.length).toBeGreaterThan(0);
});

it("is not live from the moment that the socket breaks, and live again a little later", async () => {
  const { server, received, lines } = open();
  await pass(20 * second);
  server.cut(1012);
  expect(lines).toEqual(["live", "polling"]);
  server.become(pending);
  await pass(5 * second);
  expect(lines).toEqual(["live", "polling", "live"]);
  expect(received).toEqual(["waiting", "pending"]);
});

it("does not ask at once when it was cut together with many others", async () => {
  const { server } = open();
  await pass(20 * second);
  server.cut(1012);
  await pass(400);
  expect(server.requests).toEqual([]);
});

it("a socket that closes again and again is tried less and less", async () => {
  const { server } = open();
  for (let i = 0; i < 600; i++) {
    await pass(second);
    server.cut();
  }
  const pauses = server.dialled.slice(1).map((at, i) => at - (server.dialled[i] ?? 0));
  expect(pauses.at(0)).toBeLessThan(6 * second);
  expect(pauses.at(-1)).toBeGreaterThan(30 * second);
});

it("keeps trying the socket while it polls", async () => {
  const server = new FakeHookbeam();
  server.sockets = "refuse";
  const { line } = open(server);
  await pass(300 * second);
  expect(server.dialled.length).toBeGreaterThan(5);
  server.sockets = "work";
  await pass(62 * second);
  expect(line()).toBe("live");
  const before = server.requests.length;
  await pass(60 * second);
  expect(server.requests.length).toBe(before);
});

it("pauses longer and longer while nothing works, and says so", async () => {
  const server = new FakeHookbeam();
  server.sockets = server.polls = "refuse";
  const { line } = open(server);
  await pass(1000 * second);
  expect(line()).toBe("offline");
  const pauses = server.requests.slice(1).map(({ at }, i) => at - (server.requests[i]?.at ?? 0));
  expect(pauses.slice(0, 4).map((ms) => Math.round(ms / 100) / 10)).toEqual([0.5, 1, 2, 4]);
  expect(pauses.at(-1)).toBeLessThanOrEqual(60 * second);
});

it("asks no sooner than the server wishes", async () => {
  const server = new FakeHookbeam();
  server.sockets = "refuse";
  server.polls = "busy";
  server.retryAfter = "90";
  open(server);
  await pass(89 * second);
  expect(server.requests).toHaveLength(1);
  await pass(3 * second);
  expect(server.requests).toHaveLength(2);
});

it("understands a wish that is a date, and none that lasts for days", async () => {
  const server = new FakeHookbeam();
  server.sockets = "refuse";
  server.polls = "busy";
  server.retryAfter = new Date(Date.now() + 20 * second).toUTCString();
  open(server);
  await pass(18 * second);
  expect(server.requests).toHaveLength(1);
  server.retryAfter = "864000";
  await pass(3 * second);
  expect(server.requests).toHaveLength(2);
  await pass(302 * second);
  expect(server.requests).toHaveLength(3);
});

it("tries the socket at once when the server answers again", async () => {
  const server = new FakeHookbeam();
  server.sockets = server.polls = "refuse";
  const { lines } = open(server);
  await pass(200 * second);
  server.sockets = server.polls = "work";
  for (let i = 0; i < 610 && lines.at(-1) === "offline"; i++) await pass(100);
  await pass(100);
  expect(lines).toEqual(["offline", "polling", "live"]);
});

it("gives up an answer that does not come", async () => {
  const server = new FakeHookbeam();
  server.sockets = "refuse";
  server.polls = "swallow";
  const { line } = open(server);
  await pass(11 * second);
  expect(line()).toBe("offline");
});

it("does not hurry a server that holds no answers, or names none", async () => {
  for (const broken of ["hasty", "nameless"]) {
    const server = new FakeHookbeam();
    server.sockets = "refuse";
    if (broken === "hasty") server.polls = "hasty";
    else server.etags = false;
    const { stop } = open(server);
    await pass(60 * second);
    expect(server.requests.length).toBeLessThan(25);
    expect(server.requests.length).toBeGreaterThan(15);
    stop();
  }
});

it("has no more than one question on its way", async () => {
  const server = new FakeHookbeam();
  server.sockets = "refuse";
  open(server);
  for (let i = 0; i < 20; i++) {
    await pass(1100);
    setVisibility("visible");
    dispatchEvent(new Event("online"));
  }
  expect(server.requests.length).toBeGreaterThan(20);
  expect(server.mostAsking).toBe(1);
});

it("asks soon after a first failure, however many there were before", async () => {
  const server = new FakeHookbeam();
  server.sockets = server.polls = "refuse";
  open(server);
  await pass(300 * second);
  server.polls = "work";
  await pass(60 * second);
  server.polls = "refuse";
  await pass(25 * second);
  const failed = server.requests.length;
  await pass(5 * second);
  expect(server.requests.length).toBeGreaterThan(failed);
});

it("tries a socket that worked for long soon again, however often it had failed", async () => {
  const { server } = open();
  for (let i = 0; i < 300; i++) {
    await pass(second);
    server.cut();
  }
  await pass(90 * second);
  server.cut();
  const tries = server.dialled.length;
  await pass(6 * second);
  expect(server.dialled.length).toBe(tries + 1);
});

it("does not take an answer that the socket overtook", async () => {
  const server = new FakeHookbeam();
  server.sockets = "mute";
  const { received } = open(server);
  await pass(3 * second);
  server.polls = "slow";
  setVisibility("visible");
  await pass(500);
  server.sockets = "work";
  server.become(pending);
  await pass(10 * second);
  expect(received).toEqual(["pending"]);
});

it("asks where the browser has no sockets", async () => {
  vi.stubGlobal("WebSocket", undefined);
  const server = Object.defineProperty(new FakeHookbeam(), "WebSocket", { value: undefined });
  const { line } = open(server);
  await pass(second);
  expect(line()).toBe("polling");
});
