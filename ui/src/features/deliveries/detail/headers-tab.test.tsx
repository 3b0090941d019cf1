import { act, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import type { DeliveryDetail } from "../../../lib/api";
import { HeadersTab } from "./headers-tab";

const delivery = (change: Partial<DeliveryDetail>): DeliveryDetail => ({
  id: "dlv_1",
  seq: 1,
  endpoint: "ep_1",
  method: "POST",
  path: "/a%2Fb",
  query: "x=1&y=%3Cb%3E&x=2",
  size: 0,
  verdict: "unsigned",
  received_at: "2026-11-23T14:41:10.386Z",
  host: "hooks.test",
  proto: "HTTP/1.1",
  remote: "203.0.113.7",
  took_us: 900,
  headers: [],
  integrity: "ok",
  effects: [],
  ...change,
});

afterEach(() => void vi.useRealTimers());

it("shows every value of a header in order, and the query's", () => {
  const headers = [
    { name: "X-A", value: "1" },
    { name: "X-A", value: "2" },
    { name: "X-Empty", value: "" },
  ];
  render(<HeadersTab delivery={delivery({ headers })} />);
  expect(screen.getAllByRole("term").map((term) => term.textContent)).toEqual([
    "X-A",
    "X-A",
    "X-Empty",
    "x",
    "y",
    "x",
    "Request",
    "Host",
    "Protocol",
    "Caller",
    "Received",
    "Body arrived in",
  ]);
  const values = screen.getAllByRole("definition").map((value) => value.textContent);
  expect(values.slice(0, 7)).toEqual(["1", "2", "", "1", "<b>", "2", "POST /a%2Fb?x=1&y=%3Cb%3E&x=2"]);
});

it("shows trailers by themselves, and the bytes of what is not UTF-8", () => {
  const headers = [
    { name: "X-Name", value: "café", base64: btoa("caf\xe9") },
    { name: "X-Sum", value: "abc", trailer: true },
  ];
  const query = { query: "a=caf%E9", query_base64: btoa("a=caf\xe9") };
  render(<HeadersTab delivery={delivery({ headers, ...query })} />);
  expect(screen.getAllByRole("heading").map((title) => title.textContent)).toEqual([
    "Headers 1",
    "Trailers 1",
    "Query 1",
    "Request ",
  ]);
  const values = screen.getAllByRole("definition").map((value) => value.textContent);
  expect(values.slice(0, 4)).toEqual(["cafénot UTF-8: caf\\xe9", "abc", "caf%E9", "a=caf\\xe9"]);
});

it("shows a request to the address itself, and the bytes of a path that is not UTF-8", () => {
  const { unmount } = render(<HeadersTab delivery={delivery({ headers: [], path: "", query: "" })} />);
  expect(screen.getByText("POST")).toBeTruthy();
  unmount();
  render(<HeadersTab delivery={delivery({ headers: [], path: "/caf%E9", path_base64: btoa("/caf\xe9") })} />);
  expect(screen.getByText("/caf\\xe9")).toBeTruthy();
});

it("shows a stranger's markup as text", () => {
  const hostile = `<img src=x onerror="alert(1)"><a href="javascript:alert(1)">click</a>`;
  render(
    <HeadersTab
      delivery={delivery({ host: hostile, remote: hostile, headers: [{ name: hostile, value: hostile }] })}
    />,
  );
  expect(screen.getAllByText(hostile)).toHaveLength(4);
  expect(document.querySelector("img, a")).toBeNull();
});

it("shows a secret for ten seconds, when asked", () => {
  vi.useFakeTimers();
  render(<HeadersTab delivery={delivery({ headers: [{ name: "X-Webhook-Secret", value: "whsec_1" }] })} />);
  expect(screen.queryByText("whsec_1")).toBeNull();
  fireEvent.click(screen.getByRole("button", { name: "Show X-Webhook-Secret for ten seconds" }));
  act(() => void vi.advanceTimersByTime(9_999));
  expect(screen.getByText("whsec_1")).toBeTruthy();
  act(() => void vi.advanceTimersByTime(1));
  expect(screen.queryByText("whsec_1")).toBeNull();
});
