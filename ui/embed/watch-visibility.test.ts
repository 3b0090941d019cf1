import { expect, it } from "vitest";
import { FakeHookbeam } from "./testing/fake-hookbeam";
import { setVisibility, sleep } from "./testing/visibility";
import { open, paid, pass, pending, second } from "./testing/watcher";

it("comes back within a second of being looked at", async () => {
  const { server, received, line } = open();
  await pass(10);
  server.silence();
  setVisibility("hidden");
  server.become(pending);
  sleep(600 * second);
  setVisibility("visible");
  expect(line()).toBe("polling");
  await pass(100);
  expect([line(), received.at(-1)]).toEqual(["live", "pending"]);
});

it("comes back within a second even where the socket and the last question died in the pocket", async () => {
  const server = new FakeHookbeam();
  server.sockets = "mute";
  const { received } = open(server);
  await pass(10 * second);
  server.polls = "swallow";
  server.become(pending);
  await pass(300);
  server.polls = "work";
  expect(received).toEqual(["waiting", "pending"]);
  server.status = paid;
  sleep(600 * second);
  setVisibility("visible");
  await pass(100);
  expect(received.at(-1)).toBe("paid");
});

it("asks at once when the network is back, and when the page comes out of the browser's cache", async () => {
  const back = [new Event("online"), Object.assign(new Event("pageshow"), { persisted: true })];
  for (const event of back) {
    const { server, received, stop } = open();
    await pass(5 * second);
    server.silence();
    server.status = pending;
    dispatchEvent(event);
    await pass(100);
    expect(server.requests.length).toBe(1);
    expect(received.at(-1)).toBe("pending");
    stop();
  }
});

it("does not ask because a page is shown for the first time, or hidden", async () => {
  const { server } = open();
  await pass(5 * second);
  dispatchEvent(new Event("pageshow"));
  setVisibility("hidden");
  await pass(second);
  expect(server.requests).toEqual([]);
});

it("asks once for several reasons at the same moment", async () => {
  const { server, line } = open();
  await pass(5 * second);
  setVisibility("visible");
  dispatchEvent(new Event("online"));
  setVisibility("visible");
  await pass(second);
  expect(server.requests).toHaveLength(1);
  expect(line()).toBe("live");
});

const refunded = { ...paid, status: "refunded", tone: "neutral" };

it("keeps its socket after a final state, so that a refund shows at once", async () => {
  const { server, received, line } = open();
  await pass(10 * second);
  server.become(paid);
  await pass(300 * second);
  expect([server.dialled.length, server.requests.length, server.open.size]).toEqual([1, 0, 1]);
  server.become(refunded);
  expect([received.at(-1), line()]).toEqual(["refunded", "done"]);
});

it("asks now and then after a final state where it has no socket, and dials none", async () => {
  const server = new FakeHookbeam();
  server.sockets = "refuse";
  const { received, line } = open(server);
  await pass(10 * second);
  server.become({ ...paid, poll_after: 120 });
  await pass(second);
  const [dialled, requests] = [server.dialled.length, server.requests.length];
  await pass(118 * second);
  expect([server.dialled.length, server.requests.length]).toEqual([dialled, requests]);
  server.become(refunded);
  await pass(3 * second);
  expect([received.at(-1), line()]).toEqual(["refunded", "done"]);
  server.polls = "refuse";
  await pass(600 * second);
  expect(line()).toBe("done");
  expect(server.requests.length).toBeLessThan(requests + 15);
  expect(server.dialled.length).toBe(dialled);
});

it("asks now and then where its socket ended after a final state", async () => {
  const { server, received } = open(new FakeHookbeam(paid));
  await pass(second);
  server.cut(1012);
  server.status = refunded;
  await pass(59 * second);
  expect(server.requests).toEqual([]);
  await pass(3 * second);
  expect([received.at(-1), server.dialled.length]).toEqual(["refunded", 1]);
});

it("is live again when a state turns out not to be final", async () => {
  const { server, received, line } = open(new FakeHookbeam(paid));
  await pass(second);
  server.cut(1012);
  server.become(pending);
  await pass(62 * second);
  expect([received.at(-1), line(), server.open.size]).toEqual(["pending", "live", 1]);
});

it("keeps what is final when its link ends, and asks no more", async () => {
  const { server, received, line } = open(new FakeHookbeam(paid));
  await pass(second);
  server.gone = true;
  server.cut(1008);
  await pass(62 * second);
  const requests = server.requests.length;
  await pass(600 * second);
  setVisibility("visible");
  await pass(second);
  expect([received, line(), server.requests.length]).toEqual([["paid"], "done", requests]);
});

it("a token that is gone is asked for no more, and the last that is known stays", async () => {
  const { server, received, line } = open();
  await pass(10);
  server.become(pending);
  server.gone = true;
  server.sockets = "refuse";
  server.cut(1008);
  await pass(2 * second);
  expect(line()).toBe("gone");
  const [dialled, requests] = [server.dialled.length, server.requests.length];
  await pass(300 * second);
  setVisibility("visible");
  await pass(second);
  expect([server.dialled.length, server.requests.length]).toEqual([dialled, requests]);
  expect(received).toEqual(["waiting", "pending"]);
});

it("does not take a proxy's 404 for the server's", async () => {
  const server = new FakeHookbeam(pending);
  server.sockets = "refuse";
  server.polls = "a proxy's 404";
  const { received, line } = open(server);
  await pass(5 * second);
  expect(line()).toBe("offline");
  server.polls = "work";
  await pass(20 * second);
  expect([line(), received]).toEqual(["polling", ["pending"]]);
});

it("asks nothing at all when it is stopped at once", async () => {
  const { server, stop } = open();
  stop();
  await pass(60 * second);
  expect([server.dialled, server.requests]).toEqual([[], []]);
});

it("is silent once it is stopped", async () => {
  for (const sockets of ["work", "refuse"] as const) {
    const server = Object.assign(new FakeHookbeam(pending), { sockets });
    const { received, stop } = open(server);
    await pass(12);
    stop();
    server.become(paid);
    await pass(60 * second);
    setVisibility("visible");
    await pass(second);
    expect(received.at(-1) ?? "pending").toBe("pending");
    expect([server.shown, server.open.size]).toEqual([[], 0]);
  }
});

it("finds the server beside the page, and over plain http", async () => {
  const { server } = open(new FakeHookbeam(), { url: "/hooks/" });
  await pass(second);
  expect([...server.addresses]).toEqual([`${location.origin.replace("http", "ws")}/hooks/api/v1/status/tok.en/live`]);
});

it("keeps a socket that is heard of when someone looks again", async () => {
  const { server, line } = open();
  await pass(300 * second);
  setVisibility("visible");
  await pass(second);
  expect([line(), server.dialled.length]).toEqual(["live", 1]);
});

it("opens the socket anew when the network changed, although it was heard of", async () => {
  const { server, lines } = open();
  await pass(5 * second);
  dispatchEvent(new Event("online"));
  await pass(second);
  expect(lines).toEqual(["live", "polling", "live"]);
  expect([server.dialled.length, server.open.size]).toEqual([2, 1]);
});

it("stays live where only the question fails that someone's look asked", async () => {
  const { server, lines } = open();
  await pass(5 * second);
  server.polls = "refuse";
  setVisibility("visible");
  await pass(10 * second);
  expect(lines).toEqual(["live"]);
});

it("ends when whoever is told ends it", async () => {
  const server = new FakeHookbeam(paid);
  server.sockets = "refuse";
  const it = open(server, { onChange: () => it.stop() });
  await pass(60 * second);
  expect([it.received, server.shown, it.lines]).toEqual([["paid"], [], ["polling"]]);
});

it("keeps the socket when what was shown long ago turns out to be final", async () => {
  const { server, line } = open(new FakeHookbeam({ ...paid, final: false }));
  await pass(5 * second);
  server.become(paid);
  expect([line(), server.open.size, server.requests]).toEqual(["done", 1, []]);
});
