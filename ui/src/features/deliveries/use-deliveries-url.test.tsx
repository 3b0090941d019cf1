import { act, render } from "@testing-library/react";
import { expect, it } from "vitest";
import { Route, Router } from "wouter";
import { memoryLocation } from "wouter/memory-location";
import { termKeys } from "../../entities/delivery/filter";
import { type DeliveriesUrl, useDeliveriesUrl } from "./use-deliveries-url";

/** The screen's state at an address, and the addresses that it went to. */
function open(path: string) {
  const memory = memoryLocation({ path, record: true });
  const seen: { url?: DeliveriesUrl } = {};
  function Probe() {
    seen.url = useDeliveriesUrl();
    return null;
  }
  render(
    <Router hook={memory.hook} searchHook={memory.searchHook}>
      <Route path="/deliveries/:id?">
        <Probe />
      </Route>
    </Router>,
  );
  return {
    history: memory.history,
    url: () => seen.url as DeliveriesUrl,
    go: (step: (url: DeliveriesUrl) => void) => act(() => step(seen.url as DeliveriesUrl)),
  };
}

it("is all in the address", () => {
  const { url } = open("/deliveries/dlv_1?verdict=rejected&endpoint=stripe&tab=headers");
  expect(url()).toMatchObject({ id: "dlv_1", tab: "headers", terms: { verdict: "rejected", endpoint: "stripe" } });
  expect(open("/deliveries?tab=nonsense").url()).toMatchObject({ id: undefined, tab: "body", terms: {} });
});

it("opens beside the filtered list, moves on in place, and closes back to it", () => {
  const { go, history } = open("/deliveries?verdict=rejected");
  go((url) => url.open("dlv_1"));
  go((url) => url.setTab("verdict"));
  go((url) => url.open("dlv_2"));
  expect(history).toEqual(["/deliveries?verdict=rejected", "/deliveries/dlv_2?verdict=rejected&tab=verdict"]);
  go((url) => url.close());
  expect(history.at(-1)).toBe("/deliveries?verdict=rejected");
});

it("changes one term and leaves the rest, and the open delivery", () => {
  const { go, history, url } = open("/deliveries/dlv_1?verdict=rejected");
  go((now) => now.setTerm("endpoint", "a & b"));
  expect(url()).toMatchObject({ id: "dlv_1", terms: { verdict: "rejected", endpoint: "a & b" } });
  go((now) => now.setTerm("verdict", undefined));
  go((now) => now.clearTerms());
  expect(history.at(-1)).toBe("/deliveries/dlv_1");
});

it("clears every term there is, and nothing else", () => {
  const { go, history } = open(`/deliveries/dlv_1?tab=verdict&${termKeys.map((key) => `${key}=x`).join("&")}`);
  go((now) => now.clearTerms());
  expect(history.at(-1)).toBe("/deliveries/dlv_1?tab=verdict");
});

it("gives a link that shows a colleague the same", () => {
  expect(open("/deliveries?method=PUT").url().link("dlv_9")).toBe(`${location.origin}/deliveries/dlv_9?method=PUT`);
});
