import { expect, it, vi } from "vitest";
import { FakeHookbeam } from "./testing/fake-hookbeam";
import { open, paid, pass, pending, second } from "./testing/watcher";

it("says by the socket what was shown, once it was painted", async () => {
  const { server } = open();
  await pass(100);
  server.become(pending);
  expect(server.shown).toEqual([]);
  await pass(100);
  server.become({ ...pending, amount: 5000 });
  await pass(100);
  expect(server.shown).toEqual(["pending by socket"]);
});

it("says what was shown with the next question where there is no socket", async () => {
  const server = new FakeHookbeam(pending);
  server.sockets = "refuse";
  open(server);
  await pass(second);
  expect(server.requests.map(({ query }) => query)).toEqual(["", "?shown=pending", "?wait=25s"]);
  await pass(60 * second);
  expect(server.shown).toEqual(["pending by poll"]);
});

it("says what was shown of a final state at once, since the next question is far", async () => {
  const server = new FakeHookbeam(paid);
  server.sockets = "refuse";
  open(server);
  await pass(second);
  expect(server.requests.map(({ query }) => query)).toEqual(["", "?shown=paid"]);
  const other = open(new FakeHookbeam(paid));
  await pass(second);
  expect(other.server.shown).toEqual(["paid by socket"]);
});

it("says it again where the server was not reached", async () => {
  const server = new FakeHookbeam(pending);
  server.sockets = "refuse";
  open(server);
  await pass(100);
  server.polls = "refuse";
  await pass(5 * second);
  expect(server.shown).toEqual([]);
  server.polls = "work";
  await pass(60 * second);
  expect(server.shown).toEqual(["pending by poll"]);
});

it("begins with what the page shows already, and tells of it when it can be seen", async () => {
  const { server, received, line } = open(new FakeHookbeam(paid), {
    initial: { status: "paid", tone: "success", final: true, test: false, timeline: [] },
  });
  await pass(second);
  expect([received, line()]).toEqual([[], "done"]);
  expect(server.dialled).toEqual([]);
  expect(server.shown).toEqual(["paid by poll"]);
});

it("says it by the socket where the questions before it failed", async () => {
  const server = new FakeHookbeam(pending);
  server.sockets = "refuse";
  open(server);
  await pass(100);
  server.polls = "refuse";
  server.sockets = "work";
  await pass(60 * second);
  expect(server.shown).toEqual(["pending by socket"]);
});

it("says nothing of what nobody has seen yet", async () => {
  const frames: FrameRequestCallback[] = [];
  vi.spyOn(globalThis, "requestAnimationFrame").mockImplementation((run) => frames.push(run));
  const { server, line } = open(new FakeHookbeam(paid));
  await pass(30 * second);
  expect([line(), server.shown, server.open.size]).toEqual(["done", [], 1]);
  frames.shift()?.(0);
  expect(server.shown).toEqual([]);
  frames.shift()?.(0);
  expect(server.shown).toEqual(["paid by socket"]);
});
