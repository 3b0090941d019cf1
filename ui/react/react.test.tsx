import { act, render, screen } from "@testing-library/react";
import { StrictMode, useEffect, useState } from "react";
import { renderToString } from "react-dom/server";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { FakeHookbeam } from "../embed/testing/fake-hookbeam";
import { serve } from "../embed/testing/page";
import { PaymentStatus, usePaymentStatus, type WatchedStatus } from "./index";

const url = "https://hooks.example.com";
const pending = {
  status: "pending",
  title: "Payment started",
  tone: "pending",
  final: false,
  amount: 4900,
  currency: "EUR",
  reference: "10-4471",
};
const paid = {
  ...pending,
  status: "paid",
  title: "Payment received",
  note: "Thank you.",
  tone: "success",
  final: true,
};

const pass = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));
const statusText = () => screen.getByRole("status").textContent;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("says where the payment stands, and changes by itself", async () => {
  const server = serve(new FakeHookbeam(pending));
  render(<PaymentStatus token="tok" url={url} />);
  expect(statusText()).toBe("…");
  await pass(50);
  expect(statusText()).toBe("Payment started €49.00 10-4471");
  expect(screen.getByText("Live")).toBeTruthy();
  act(() => server.become(paid));
  expect(statusText()).toBe("Payment received Thank you. €49.00 10-4471");
  expect(screen.queryByText("Live")).toBeNull();
});

it("asks and speaks in the language that it is told", async () => {
  const server = serve(new FakeHookbeam({ ...paid, test: true }));
  render(<PaymentStatus token="tok" url={url} lang="de" />);
  await pass(50);
  expect(statusText()).toBe("Payment received Thank you. 49,00\u00a0€ 10-4471 Test: Es fließt kein Geld");
  expect([...server.versions]).toEqual(["?v=2&lang=de"]);
});

it("lets its children draw", async () => {
  const server = serve(new FakeHookbeam(pending));
  render(
    <PaymentStatus token="tok" url={url}>
      {({ status, final, connection, timeline }) => (
        <p role="status">{[status, final, connection, timeline.length].join(" ")}</p>
      )}
    </PaymentStatus>,
  );
  expect(statusText()).toBe(" false connecting 0");
  await pass(50);
  expect(statusText()).toBe("pending false live 0");
  act(() => server.become({ ...paid, timeline: [{ status: "paid", at: "2026-11-23T14:41:00.000Z" }] }));
  expect(statusText()).toBe("paid true done 1");
});

it("has one connection in strict mode, and none once it is gone from the page", async () => {
  const server = serve(new FakeHookbeam(pending));
  const { unmount } = render(
    <StrictMode>
      <PaymentStatus token="tok" url={url} />
    </StrictMode>,
  );
  await pass(50);
  expect([server.dialled.length, statusText()]).toEqual([1, "Payment started €49.00 10-4471"]);
  unmount();
  await pass(60_000);
  expect([server.dialled.length, server.requests.length, server.open.size]).toEqual([1, 0, 0]);
});

it("does not connect anew because it is drawn anew, and tells nothing of another token", async () => {
  const server = serve(new FakeHookbeam(paid));
  server.status = pending;
  const { rerender } = render(<PaymentStatus token="tok" url={url} />);
  await pass(50);
  rerender(<PaymentStatus token="tok" url={url} />);
  await pass(50);
  expect([server.dialled.length, statusText()]).toEqual([1, "Payment started €49.00 10-4471"]);
  // Another language is asked for anew, and what is known stays until then.
  rerender(<PaymentStatus token="tok" url={url} lang="es" />);
  expect(statusText()).toBe("Payment started 49,00\u00a0€ 10-4471");
  await pass(50);
  expect([server.dialled.length, server.open.size]).toEqual([2, 1]);
  rerender(<PaymentStatus token="other" url={url} />);
  expect(statusText()).toBe("…");
  await pass(50);
  expect([server.dialled.length, server.open.size]).toEqual([3, 1]);
  expect(statusText()).toContain("Payment started");
});

it("waits for its token", async () => {
  const server = serve(new FakeHookbeam(pending));
  const { rerender } = render(<PaymentStatus token={undefined} url={url} />);
  await pass(60_000);
  expect([server.dialled.length, server.requests.length, statusText()]).toEqual([0, 0, "…"]);
  rerender(<PaymentStatus token="tok" url={url} />);
  await pass(50);
  expect(statusText()).toContain("Payment started");
});

it("says that it is offline, and keeps what is known", async () => {
  const server = serve(new FakeHookbeam(pending));
  const renders: WatchedStatus[] = [];
  function Probe() {
    renders.push(usePaymentStatus("tok", { url }));
    return null;
  }
  render(<Probe />);
  await pass(50);
  server.sockets = server.polls = "refuse";
  await act(async () => server.cut());
  await pass(3_000);
  expect(renders.at(-1)).toMatchObject({ status: "pending", amount: 4900, connection: "offline" });
});

it("says that a link leads nowhere", async () => {
  const server = serve(new FakeHookbeam(pending));
  server.gone = true;
  server.sockets = "refuse";
  render(<PaymentStatus token="tok" url={url} />);
  await pass(1_000);
  expect(statusText()).toBe("This link is not valid, or no longer");
});

it("is drawn on a server, which knows nothing yet", () => {
  const server = serve(new FakeHookbeam(paid));
  expect(renderToString(<PaymentStatus token="tok" url={url} />)).toContain("…");
  expect(server.dialled).toEqual([]);
});

/** What many shops have today. */
function Classic({ token }: { token: string }) {
  const [status, setStatus] = useState("loading");
  useEffect(() => {
    const timer = setInterval(async () => {
      const answer = await fetch(`${url}/api/v1/status/${token}`);
      const data = await answer.json();
      setStatus(data.status);
    }, 2000);
    return () => clearInterval(timer);
  }, [token]);
  return <p role="status">{status}</p>;
}

it("the classic component that asks every two seconds works with the same answers", async () => {
  const server = serve(new FakeHookbeam());
  render(<Classic token="tok" />);
  await pass(2_100);
  expect(statusText()).toBe("waiting");
  server.become(pending);
  await pass(2_000);
  expect(statusText()).toBe("pending");
  server.become(paid);
  await pass(2_000);
  expect(statusText()).toBe("paid");
  expect([...server.addresses]).toEqual([`${url}/api/v1/status/tok`]);
});
