import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import { Route, Router } from "wouter";
import { memoryLocation } from "wouter/memory-location";
import { Toaster } from "../../components/toaster";
import type { Endpoint } from "../../lib/api";
import { EndpointsPage } from "./endpoints-page";

/** What answers; the API's client takes `fetch` as it finds it when it is made. */
const net = vi.hoisted(() => {
  const net = { answer: (_: Request): Promise<Response> => Promise.reject(new Error("nothing answers")) };
  document.documentElement.dataset["base"] = `${location.origin}/`; // outside a browser an address must be whole
  globalThis.fetch = ((request: Request) => net.answer(request)) as typeof fetch;
  return net;
});

type Written = { name?: string; secrets?: { label: string; value?: string }[] };

/** The far end: endpoints in memory, behind the API's calls. */
function farEnd(start: Endpoint[]) {
  let kept = start;
  const written: [string, Written][] = [];
  const answer = (status: number, content?: unknown) =>
    new Response(content === undefined ? null : JSON.stringify(content), { status });
  net.answer = async (request) => {
    const [, id = "", what = ""] = new URL(request.url).pathname.replace("/api/v1/endpoints", "").split("/");
    const body: Written = request.body ? await request.json() : {};
    written.push([`${request.method} /${[id, what].filter(Boolean).join("/")}`, body]);
    if (request.method === "GET") return answer(200, { endpoints: kept });
    if (request.method === "DELETE") {
      kept = kept.filter((e) => e.id !== id);
      return answer(204);
    }
    if (what === "restore") {
      kept = start;
      return answer(200, start[0]);
    }
    if (kept.some((e) => e.name === body.name && e.id !== id)) {
      const problem = { status: 409, code: "name_taken", detail: "Another endpoint is named so. Choose another name." };
      return answer(409, problem);
    }
    const made = endpoint({ id: id || "ep_new", name: body.name ?? "", secrets: body.secrets ?? [] });
    kept = [...kept.filter((e) => e.id !== id), made];
    return answer(id ? 200 : 201, made);
  };
  return written;
}

const endpoint = (change: Partial<Endpoint>) =>
  ({
    id: "ep_1",
    name: "stripe",
    url: "http://hooks.test/in/stripe-7hd2k9",
    provider: "generic",
    verify: "enforce",
    tolerance: "5m",
    secrets: [{ label: "live" }],
    max_body: 1 << 20,
    response: null,
    signed_url: "",
    settings: {},
    statuses: { references: [], mapping: null, unsigned: false, page: {} },
    created_at: "2026-11-23T14:41:10.386Z",
    ...change,
  }) as Endpoint;

function open(path: string) {
  const { hook, history } = memoryLocation({ path, record: true });
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <Router hook={hook}>
        <Route path="/endpoints/:id?">{({ id }) => <EndpointsPage selected={id} />}</Route>
      </Router>
      <Toaster />
    </QueryClientProvider>,
  );
  return history;
}

it("makes an endpoint with a secret, and shows its address", async () => {
  const written = farEnd([]);
  const history = open("/endpoints/new");
  const user = userEvent.setup();
  await user.type(await screen.findByLabelText("Name"), "github");
  await user.click(screen.getByRole("button", { name: "Add a secret" }));
  await user.type(screen.getByLabelText("Value of secret live"), "s3cret-value-of-32");
  await user.click(screen.getByRole("button", { name: "Create endpoint" }));

  expect(await screen.findByText("github is ready")).toBeTruthy();
  expect(history.at(-1)).toBe("/endpoints/ep_new");
  const [, body] = written.find(([call]) => call === "POST /") ?? [];
  expect(body).toMatchObject({ name: "github", secrets: [{ label: "live", value: "s3cret-value-of-32" }] });
});

it("says what is wrong before it asks the server", async () => {
  const written = farEnd([]);
  open("/endpoints/new");
  const user = userEvent.setup();
  await user.type(await screen.findByLabelText("Name"), "Not A Name");
  await user.click(screen.getByRole("button", { name: "Create endpoint" }));
  expect(screen.getByLabelText("Name").getAttribute("aria-invalid")).toBe("true");
  expect(written.every(([call]) => call.startsWith("GET"))).toBe(true);
});

it("says at the name that it is taken", async () => {
  farEnd([endpoint({})]);
  open("/endpoints/new");
  const user = userEvent.setup();
  await user.type(await screen.findByLabelText("Name"), "stripe");
  await user.click(screen.getByRole("button", { name: "Create endpoint" }));
  expect(await screen.findByText("Another endpoint is named so. Choose another name.")).toBeTruthy();
});

it("keeps a secret that was not touched, and forgets the value of one that was", async () => {
  const written = farEnd([endpoint({})]);
  open("/endpoints/ep_1");
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "Add a secret" }));
  await user.type(screen.getByLabelText("Label of secret new"), "next");
  await user.type(screen.getByLabelText("Value of secret next"), "s3cret-next-of-32");
  await user.click(screen.getByRole("button", { name: "Save" }));
  await screen.findByText("Saved stripe");

  const [, body] = written.find(([call]) => call === "PATCH /ep_1") ?? [];
  expect(body?.secrets).toEqual([{ label: "live" }, { label: "next", value: "s3cret-next-of-32" }]);
  expect(document.body.innerHTML).not.toContain("s3cret-next-of-32");
  expect((await screen.findByLabelText<HTMLInputElement>("Value of secret next")).value).toBe("");
});

it("undoes a deletion", async () => {
  const written = farEnd([endpoint({})]);
  open("/endpoints/ep_1");
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "Delete" }));
  const notice = (await screen.findByText("Deleted stripe")).closest("li");
  within(notice as HTMLElement)
    .getByRole("button", { name: "Undo" })
    .focus();
  await user.keyboard("{Enter}");
  expect(await screen.findByText("stripe is back")).toBeTruthy();
  expect(written.map(([call]) => call)).toContain("POST /ep_1/restore");
  expect(await screen.findByRole("link", { name: "stripe" })).toBeTruthy();
});

it("keeps what it knows when the server cannot be asked again", async () => {
  farEnd([endpoint({})]);
  open("/endpoints");
  await screen.findByRole("link", { name: "stripe" });
  net.answer = () => Promise.reject(new TypeError("network gone"));
  const user = userEvent.setup();
  await user.click(screen.getByRole("link", { name: "stripe" }));
  await user.click(await screen.findByRole("button", { name: "Delete" }));
  expect(await screen.findByText("Could not delete stripe")).toBeTruthy();
  expect(screen.getByRole("link", { name: "stripe" })).toBeTruthy();
});

it("says that it could not load, and tries again when asked", async () => {
  net.answer = () => Promise.reject(new TypeError("network gone"));
  open("/endpoints");
  expect((await screen.findByRole("alert")).textContent).toContain("Check the connection and try again");
  farEnd([endpoint({})]);
  await userEvent.setup().click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByRole("link", { name: "stripe" })).toBeTruthy();
});
