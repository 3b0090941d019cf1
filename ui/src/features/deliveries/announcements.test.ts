import { expect, it } from "vitest";
import { FakeClock } from "../../lib/live/testing/fake-clock";
import { announcer } from "./announcements";

function open() {
  const clock = new FakeClock();
  const messages: string[] = [];
  const announcements = announcer(
    (text) => messages.push(text),
    (ms, run) => clock.after(ms, run),
  );
  return { clock, messages, ...announcements };
}

it("says the first at once, and what follows together, five seconds later", async () => {
  const { clock, messages, arrived, say } = open();
  arrived(1);
  arrived(4);
  say("Offline.");
  say("Live.");
  arrived(8);
  expect(messages).toEqual(["1 new delivery."]);
  await clock.pass(4999);
  expect(messages).toHaveLength(1);
  await clock.pass(1);
  expect(messages).toEqual(["1 new delivery.", "Live. 12 new deliveries."]);
});

it("is silent when nothing happens, and prompt after a silence", async () => {
  const { clock, messages, arrived } = open();
  arrived(2);
  await clock.pass(60_000);
  expect(messages).toHaveLength(1);
  arrived(3);
  expect(messages).toEqual(["2 new deliveries.", "3 new deliveries."]);
});
