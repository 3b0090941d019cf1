import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import type { LinkKey, StatusRules } from "../../entities/status/status-rules";
import type { Endpoint } from "../../lib/api";
import { contrast } from "../../lib/contrast";
import { Toaster } from "../../ui/toaster";
import { StatusPageSection } from "./status-page-section";

/** What answers; the API's client takes `fetch` as it finds it when it is made. */
const net = vi.hoisted(() => {
  const net = { answer: (_: Request): Promise<Response> => Promise.reject(new Error("nothing answers")) };
  document.documentElement.dataset["base"] = `${location.origin}/`; // outside a browser an address must be whole
  globalThis.fetch = ((request: Request) => net.answer(request)) as typeof fetch;
  return net;
});

/** The far end: one endpoint's rules and keys. */
function fakeApi(answers: Record<string, unknown> = {}) {
  let keys: LinkKey[] = [{ id: "key_old", created_at: "2026-11-20T09:00:00Z" }];
  const written: [string, unknown][] = [];
  net.answer = async (request) => {
    const call = `${request.method} ${new URL(request.url).pathname.replace("/api/v1/endpoints/ep_1", "")}`;
    const body: unknown = request.body ? await request.json() : undefined;
    if (request.method !== "GET") written.push([call, body]);
    const answer = (content: unknown, status = 200) =>
      new Response(content ? JSON.stringify(content) : null, { status });
    if (call === "GET /link-keys") return answer({ link_keys: keys });
    if (call === "POST /link-keys") {
      keys = [{ id: "key_new", created_at: "2026-11-23T09:00:00Z" }, ...keys];
      return answer({ id: "key_new", key: "lk_the-value-itself", created_at: "2026-11-23T09:00:00Z" }, 201);
    }
    if (call.startsWith("DELETE ")) {
      keys = keys.filter(({ id }) => !call.endsWith(id));
      return answer(undefined, 204);
    }
    return answer({ ...(answers[call] ?? {}), ...(body as object) });
  };
  return written;
}

/** The sections of an endpoint with some rules. */
function section(rules: Partial<StatusRules>) {
  const source = { references: [], references_scope: "", references_unique: false, only: "", unsigned: false };
  const none = { mapping: null, page: {}, ...source };
  const statuses = { ...none, ...rules };
  const endpoint = { id: "ep_1", name: "shop", provider: "generic", statuses } as unknown as Endpoint;
  return (
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <StatusPageSection endpoint={endpoint} />
      <Toaster />
    </QueryClientProvider>
  );
}

async function open(rules: Partial<StatusRules>, title: string) {
  render(section(rules));
  await userEvent.click(screen.getByText(title));
}

const write = (field: HTMLElement, value: string) => fireEvent.change(field, { target: { value } });

it("saves how the page looks, and what it shows", async () => {
  const written = fakeApi();
  await open({ page: { name: "Acme", hidden: ["amount"] } }, "Status page");
  const name = await screen.findByLabelText<HTMLInputElement>("Shop’s name");
  expect(name.value).toBe("Acme");
  write(screen.getByLabelText("Colour"), "#0A7F5C");
  expect(screen.getByText(/White writing on it has 5\.0:1: easy to read/)).toBeTruthy();
  write(screen.getByLabelText("Way back"), "https://shop.example/");
  await userEvent.click(screen.getByLabelText("the amount"));
  await userEvent.click(screen.getByLabelText("the steps"));
  write(screen.getByLabelText("Pages that may show it in a frame"), "https://shop.example");
  await userEvent.click(screen.getByRole("button", { name: "Save the status page" }));
  expect(await screen.findByText("Saved the status page of shop")).toBeTruthy();
  const page = { name: "Acme", logo: "", color: "#0a7f5c", back: "https://shop.example/" };
  expect(written).toEqual([
    [
      "PATCH ",
      {
        statuses: {
          page: { ...page, hidden: ["timeline"], embed: ["https://shop.example"] },
        },
      },
    ],
  ]);
});

it("saves which deliveries count, and how order numbers are found and told apart", async () => {
  const written = fakeApi();
  await open({ only: "account:acct_1", references: ["a.b"] }, "Orders and payments");
  const filter = await screen.findByLabelText<HTMLInputElement>("Only deliveries that match");
  expect(filter.value).toBe("account:acct_1");
  write(filter, " account:acct_2 ");
  write(screen.getByLabelText("Paths of your order number"), "a.b\n\n c.d ");
  write(screen.getByLabelText("Path of the shop"), " data.shop ");
  await userEvent.click(screen.getByLabelText("Every order number is unique"));
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText("Saved what statuses of shop are read from")).toBeTruthy();
  const source = { only: "account:acct_2", references: ["a.b", "c.d"], references_scope: "data.shop" };
  expect(written).toEqual([["PATCH ", { statuses: { ...source, references_unique: true, unsigned: false } }]]);
});

/** Has the server refuse every change. */
function refuse(status: number, code: string, detail: string) {
  net.answer = async () => new Response(JSON.stringify({ code, detail }), { status });
}

it("shows where the server found a mistake in the filter, until the filter is changed", async () => {
  refuse(422, "filter_invalid", "In statuses.only, invalid filter at position 5: This field does not exist.");
  await open({ references: ["a.b"] }, "Orders and payments");
  const filter = await screen.findByLabelText<HTMLInputElement>("Only deliveries that match");
  write(filter, "  é x:acount");
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText("Position 4: This field does not exist.")).toBeTruthy(); // é has two bytes
  expect(filter.getAttribute("aria-invalid")).toBe("true");
  expect(filter.value).toBe("  é x:acount"); // what was typed is still there
  expect(screen.getByText(":", { selector: "mark" })).toBeTruthy();
  expect(screen.queryByRole("alert")).toBeNull();
  write(filter, "account:acct_1");
  expect(filter.getAttribute("aria-invalid")).toBeNull();
});

it("shows at the shop’s path what is wrong with it", async () => {
  refuse(400, "invalid_request", '"a..b" in statuses.references_scope is not a valid path.');
  await open({}, "Orders and payments");
  write(await screen.findByLabelText("Path of the shop"), "a..b");
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText('"a..b" is not a valid path.')).toBeTruthy();
  expect(screen.getByLabelText("Path of the shop").getAttribute("aria-invalid")).toBe("true");
});

it("shows at the paths what is wrong with one, and what else went wrong below", async () => {
  const detail = '"a..b" in statuses.references is not a valid path. Separate the names with dots.';
  refuse(400, "invalid_request", detail);
  await open({}, "Orders and payments");
  const paths = await screen.findByLabelText("Paths of your order number");
  write(paths, "a..b");
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText('"a..b" is not a valid path. Separate the names with dots.')).toBeTruthy();
  expect(paths.getAttribute("aria-invalid")).toBe("true");
  refuse(503, "unavailable", "The disk is full.");
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  expect((await screen.findByRole("alert")).textContent).toContain("The disk is full.");
  expect(paths.getAttribute("aria-invalid")).toBeNull();
});

it("is unfolded by its address", async () => {
  history.replaceState(null, "", "?open=orders");
  fakeApi();
  render(section({}));
  expect(await screen.findByRole("form", { name: "Orders and payments" })).toBeTruthy();
  expect(screen.queryByRole("form", { name: "Status page" })).toBeNull();
  history.replaceState(null, "", "?");
});

it("says what is wrong before it asks the server", async () => {
  const written = fakeApi();
  await open({}, "Status page");
  write(await screen.findByLabelText("Logo"), "http://shop.example/logo.png");
  write(screen.getByLabelText("Colour"), "green");
  write(screen.getByLabelText("Pages that may show it in a frame"), "https://shop.example/cart");
  await userEvent.click(screen.getByRole("button", { name: "Save the status page" }));
  for (const field of ["Logo", "Colour", "Pages that may show it in a frame"]) {
    expect(screen.getByLabelText(field).getAttribute("aria-invalid"), field).toBe("true");
  }
  expect(written).toEqual([]);
});

it("shows a new key once, and asks before it takes one away", async () => {
  const written = fakeApi();
  await open({}, "Status page");
  const keys = await screen.findByRole("region", { name: "Link keys" });
  await userEvent.selectOptions(await within(keys).findByLabelText("older ones"), "168h");
  await userEvent.click(within(keys).getByRole("button", { name: "Make a new key" }));
  expect(await within(keys).findByText("lk_the-value-itself")).toBeTruthy();
  await within(keys).findByText("key_new");
  await userEvent.click(within(keys).getByRole("button", { name: "Delete key key_old" }));
  expect(written).toHaveLength(1);
  await userEvent.click(within(keys).getByRole("button", { name: "Delete" }));
  await vi.waitFor(() => expect(within(keys).queryByText("key_old")).toBeNull());
  expect(written).toEqual([
    ["POST /link-keys", { overlap: "168h" }],
    ["DELETE /link-keys/key_old", undefined],
  ]);
});

it("saves an own mapping only as it was tried", async () => {
  const result = {
    ...{ examined: 1000, matched: 940, failed: 2 },
    states: [
      { value: "PAID", state: "", count: 700 },
      { value: "OPEN", state: "open", count: 240 },
    ],
    examples: [{ delivery: "dlv_7", seq: 7, subject: "own/17", state: "open", reference: "10-4471", amount: 4900 }],
    errors: [{ delivery: "dlv_8", seq: 8, error: "body.order is nothing" }],
  };
  const written = fakeApi({ "POST /mapping/test": result });
  await open({}, "Your own statuses");
  const save = () => screen.getByRole<HTMLButtonElement>("button", { name: "Save" });
  write(await screen.findByLabelText("What it is about"), "body.order.id");
  write(screen.getByLabelText("Where it stands"), "body.order.state");
  expect(save().disabled).toBe(true);
  await userEvent.click(screen.getByRole("button", { name: "Try on past deliveries" }));
  expect(await screen.findByText("Of the last 1,000: 940 matched, 2 states, 2 failed.")).toBeTruthy();
  expect(screen.getByRole("link", { name: "#8" }).getAttribute("href")).toBe("/deliveries/dlv_8");
  expect(save().disabled).toBe(false);

  await userEvent.click(screen.getByRole("button", { name: "Add a meaning of PAID" }));
  await userEvent.selectOptions(screen.getByLabelText("Tone of PAID"), "success");
  await userEvent.click(screen.getByLabelText("PAID is the end: nothing follows"));
  expect(save().disabled).toBe(true);
  await userEvent.click(screen.getByRole("button", { name: "Try on past deliveries" }));
  await vi.waitFor(() => expect(save().disabled).toBe(false));
  await userEvent.click(save());
  expect(await screen.findByText("Saved your own statuses")).toBeTruthy();
  const mapping = {
    ...{ kind: "own", subject: "body.order.id", state: "body.order.state" },
    states: [{ value: "PAID", state: "paid", tone: "success", final: true }],
  };
  expect(written.slice(1)).toEqual([
    ["POST /mapping/test", { mapping }],
    ["PATCH ", { statuses: { mapping } }],
  ]);
});

it("guesses where things stand, which can be saved as it is", async () => {
  const guess = { kind: "payment", subject: "body.id", state: "body.status" };
  fakeApi({ "POST /mapping/test": { examined: 1, matched: 1, failed: 0, states: [], examples: [], errors: [] } });
  const { answer } = net;
  net.answer = async (request) => {
    const content = (await (await answer(request)).json()) as { mapping?: unknown };
    return new Response(JSON.stringify(content.mapping === null ? { ...content, mapping: guess } : content));
  };
  await open({}, "Your own statuses");
  await userEvent.click(await screen.findByRole("button", { name: "Guess from the newest delivery" }));
  await vi.waitFor(() => expect(screen.getByLabelText<HTMLInputElement>("Where it stands").value).toBe("body.status"));
  expect(screen.getByRole<HTMLButtonElement>("button", { name: "Save" }).disabled).toBe(false);
});

it("reckons contrast as it is defined", () => {
  expect(contrast("#000000", "#ffffff")).toBeCloseTo(21);
  expect(contrast("#777777", "#ffffff")).toBeCloseTo(4.48, 2);
  expect(contrast("red", "#ffffff")).toBeUndefined();
});
