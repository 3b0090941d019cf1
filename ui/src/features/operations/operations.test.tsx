import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, within } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { ceiling } from "./chart";
import {
  formatLong,
  formatRate,
  formatSeconds,
  formatShare,
  type Operations,
  operationsQuery,
  perMinute,
} from "./operations";
import { OperationsPage } from "./operations-page";

vi.hoisted(() => {
  document.documentElement.dataset["base"] = `${location.origin}/`; // outside a browser an address must be whole
  globalThis.fetch = () => new Promise(() => {});
});

// jsdom draws nothing; the browser tests see the charts.
vi.mock("uplot", () => ({
  default: class {
    setData() {}
    setSize() {}
    destroy() {}
  },
}));
vi.stubGlobal(
  "ResizeObserver",
  class {
    observe() {}
    disconnect() {}
  },
);
vi.stubGlobal("matchMedia", () => ({ addEventListener() {}, removeEventListener() {} }));

const storage: Operations["storage"] = {
  usage: {
    deliveries: 10,
    bytes: 1000,
    keep_bytes: 1 << 30,
    events: 0,
    event_bytes: 0,
    keep_event_bytes: 0,
    events_forgotten: 0,
    events_forgotten_early: 0,
    rejected_bytes: 0,
    unsigned_bytes: 0,
    file_bytes: 9_000_000_000,
    free_bytes: 2_000_000_000,
    returns_space: true,
    damaged: 0,
  },
  files: [{ database: "log", bytes: 9_000_000_000, wal_bytes: 100_000_000 }],
  disk_total: 40_000_000_000,
  disk_free: 27_600_000_000,
  keep_for: 90 * 86_400,
  keeps_for: 41 * 86_400,
  paused: 0,
  available: true,
};

const operations: Operations = {
  range: "1h",
  since: "2026-11-28T11:00:00.000Z",
  step_seconds: 10,
  times: [1000, 1010],
  seconds: [10, 5],
  received: [20, 10],
  rejected: [2, 0],
  redelivered: [0, 1],
  refused: [0, 3],
  commit_p50: [0.0009, 0],
  commit_p99: [0.0016, 0],
  queue: [0, 0],
  readers: [214, 214],
  totals: {
    seconds: 15,
    received: 30,
    rejected: 2,
    redelivered: 1,
    refused: 3,
    bytes: 300,
    commit_p50: 0.0009,
    commit_p99: 0.0016,
  },
  reasons: [{ reason: "signature_mismatch", label: "wrong signature", count: 2 }],
  endpoints: [
    { endpoint: "ep_1", name: "shop", provider: "stripe", received: 30, rejected: 2, redelivered: 1, refused: 3 },
  ],
  followers: [{ name: "live", behind: 2, most: 12, steps: [12, 2] }],
  transports: [
    { transport: "websocket", open: 198 },
    { transport: "polling", open: 16 },
  ],
  storage,
  load: { in_flight: 64, max_in_flight: 256, connections: 10, connection_limit: 1000, queued: 0 },
  turned_away: [
    {
      endpoint: "ep_1",
      name: "shop",
      code: "rate_endpoint",
      status: 429,
      requests: 318,
      first: "2026-11-28T11:30:00.000Z",
      last: "2026-11-28T12:00:00.000Z",
      largest: -1,
      from: [{ address: "198.51.100.7", requests: 300 }],
    },
    {
      code: "too_many_connections",
      status: 0,
      requests: 5,
      first: "2026-11-28T11:30:00.000Z",
      last: "2026-11-28T11:40:00.000Z",
      largest: -1,
      from: [],
    },
  ],
};

function show(change: Partial<Operations>) {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } } });
  client.setQueryData(operationsQuery("1h", "").queryKey, { ...operations, ...change });
  render(
    <QueryClientProvider client={client}>
      <OperationsPage />
    </QueryClientProvider>,
  );
}

const part = (name: string) => screen.getByRole("region", { name });

it("shows the figures, and what was turned away with what to do", () => {
  show({});
  const figure = (name: string) => screen.getByText(name, { selector: "dt" }).nextElementSibling?.textContent;
  expect(figure("Received")).toBe("120 per minute");
  expect(figure("Redeliveries")).toBe("3.3 % ");
  expect(figure("Rejected")).toBe("2 in the last hour");
  expect(figure("Committed in")).toBe("1.6 ms p99");
  expect(figure("Readers")).toBe("214 16 of them polling");
  expect(figure("Disk free")).toBe("27.6 GB of 40.0 GB");
  expect(within(part("Rejected by reason")).getByRole("link").getAttribute("href")).toBe(
    "/deliveries?verdict=rejected",
  );
  expect(within(part("Lag")).getByRole("row", { name: "Live view 2 12" })).toBeTruthy();
  expect(part("Lag").textContent).toContain("Nothing waits to be written. Bodies in flight use 25 %");
  expect(part("Disk").textContent).toContain("Keeps about 41 days at this rate.");
  expect(part("Disk").textContent).toContain("The limit is 90 days or 1.1 GB. 2.0 GB of the log’s file are free.");
  const [, rate, closed] = within(part("Turned away")).getAllByRole("row");
  expect(rate?.textContent).toContain("429Deliveries over the rate limit of an endpoint · shop318198.51.100.7");
  expect(rate?.textContent).toContain("Raise --rate-endpoint");
  expect(closed?.textContent).toContain("noneclosedConnections beyond the limit5");
  expect(screen.getByRole("img", { name: /now 120, busiest 120, rejected now 0/ })).toBeTruthy();
});

it("says so where nothing happened, and when nothing can be stored", () => {
  const totals = { ...operations.totals, received: 0, redelivered: 0, commit_p50: 0, commit_p99: 0 };
  show({ reasons: [], endpoints: [], turned_away: [], totals, storage: { ...storage, available: false } });
  for (const text of [
    "Nothing was rejected in the last hour.",
    "Nothing was received in the last hour.",
    "Nothing was turned away.",
    "Deliveries cannot be stored. See the server’s log.",
    "no commits",
  ])
    expect(screen.getByText(text)).toBeTruthy();
});

it("writes rates, shares and times for glancing at", () => {
  expect(perMinute([20, 10, 1], [10, 5])).toEqual([120, 120, 0]);
  expect([0, 0.4, 12.46, 1204.4].map(formatRate)).toEqual(["0", "0.4", "12.5", "1,204"]);
  expect(formatShare(0, 9)).toBe("0 %");
  expect(formatShare(1, 5000)).toBe("under 0.1 %");
  expect([formatShare(1, 70), formatShare(1, 3)]).toEqual(["1.4 %", "33 %"]);
  expect([0.0009, 0.014, 2.44].map(formatSeconds)).toEqual(["0.9 ms", "14 ms", "2.4 s"]);
  expect([30, 5400, 7200, 3 * 86_400, 40 * 365 * 86_400].map(formatLong)).toEqual([
    "1 minute",
    "90 minutes",
    "2 hours",
    "3 days",
    "40 years",
  ]);
  expect([0, 0.3, 187, 1000, 1001].map(ceiling)).toEqual([1, 0.5, 200, 1000, 2000]);
});
