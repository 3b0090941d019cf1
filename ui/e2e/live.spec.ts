import { setTimeout as pace } from "node:timers/promises";
import { Dashboard } from "./dashboard";
import { brokenConnection, expect, test } from "./fixtures";
import type { Endpoint, Hookbeam } from "./hookbeam";

test.describe("with a cable that can be pulled", () => {
  test.use({ cable: true });

  test("what came while the socket was cut is there when it is back", async ({ page, site }) => {
    site.expected.push(brokenConnection);
    const dashboard = new Dashboard(page, site.url);
    await sendMany(site.hookbeam, site.first, "before", 5);
    await expect(dashboard.rows).toHaveCount(5);
    await expect(dashboard.live).toContainText("Live");

    await site.proxy.cut();
    await expect(dashboard.live).toContainText("Offline");
    await sendMany(site.hookbeam, site.first, "meanwhile", 20);
    await site.proxy.restore();
    await dashboard.wake();

    await expect(dashboard.rows).toHaveCount(25);
    await expect(dashboard.live).toContainText("Live");
    await dashboard.expectSameAs(site.hookbeam);
  });

  test("where sockets are blocked it polls, says so, and goes back to the socket when it can", async ({
    page,
    site,
  }) => {
    test.slow();
    site.expected.push(brokenConnection);
    site.proxy.refuseSockets(true);
    await page.reload();
    const dashboard = new Dashboard(page, site.url);
    await expect(dashboard.live).toContainText("Polling", { timeout: 60_000 });

    await sendMany(site.hookbeam, site.first, "polled", 10);
    await expect(dashboard.rows).toHaveCount(10);
    await dashboard.expectSameAs(site.hookbeam);

    site.proxy.refuseSockets(false);
    await dashboard.wake();
    await expect(dashboard.live).toContainText("Live", { timeout: 60_000 });
    await sendMany(site.hookbeam, site.first, "live", 10);
    await expect(dashboard.rows).toHaveCount(20);
    await dashboard.expectSameAs(site.hookbeam);
  });
});

test("the server is killed and restarted under load, and the page ends complete, in order, nothing twice", async ({
  page,
  site,
}) => {
  test.slow();
  site.expected.push(brokenConnection);
  const dashboard = new Dashboard(page, site.url);
  await expect(dashboard.live).toContainText("Live");

  const load = new Load(site.hookbeam, site.first);
  for (let round = 0; round < 3; round++) {
    await load.acknowledged(100 * (round + 1));
    await site.hookbeam.kill();
    await site.hookbeam.run();
  }
  await load.acknowledged(400);
  const acknowledged = await load.stop();

  await dashboard.wake();
  await expect(dashboard.live).toContainText("Live", { timeout: 60_000 });
  const kept = new Set((await site.hookbeam.deliveries()).map((delivery) => delivery.path));
  expect(
    acknowledged.filter((path) => !kept.has(path)),
    "acknowledged, and lost",
  ).toEqual([]);
  await dashboard.expectSameAs(site.hookbeam);
});

async function sendMany(hookbeam: Hookbeam, endpoint: Endpoint, name: string, count: number): Promise<void> {
  for (let n = 0; n < count; n++) await hookbeam.send(endpoint, { path: `/${name}-${n}` });
}

/** Load sends from four senders until it is stopped, and goes on through whatever happens to the server. */
class Load {
  readonly #hookbeam: Hookbeam;
  readonly #endpoint: Endpoint;
  readonly #acknowledged: string[] = [];
  readonly #senders: Promise<void>[];
  #reached: (() => void) | undefined;
  #count = Number.POSITIVE_INFINITY;
  #going = true;

  constructor(hookbeam: Hookbeam, endpoint: Endpoint) {
    this.#hookbeam = hookbeam;
    this.#endpoint = endpoint;
    this.#senders = [0, 1, 2, 3].map((sender) => this.#send(sender));
  }

  /** Waits until so many have been answered 200. */
  async acknowledged(count: number): Promise<void> {
    if (this.#acknowledged.length >= count) return;
    await new Promise<void>((resolve) => {
      this.#count = count;
      this.#reached = resolve;
    });
  }

  async stop(): Promise<string[]> {
    this.#going = false;
    await Promise.all(this.#senders);
    return this.#acknowledged;
  }

  async #send(sender: number): Promise<void> {
    for (let n = 0; this.#going; n++) {
      const path = `/s${sender}-${n}`;
      try {
        await this.#hookbeam.send(this.#endpoint, { path });
        this.#acknowledged.push(path);
        if (this.#acknowledged.length >= this.#count) this.#reached?.();
      } catch {
        // The server is down or going down. A sender would try the same again; here the next one goes on.
      }
      await pace(5);
    }
  }
}
