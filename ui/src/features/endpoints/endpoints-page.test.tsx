import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";
import { Route, Router } from "wouter";
import { memoryLocation } from "wouter/memory-location";
import type { Endpoint } from "../../lib/api";
import { dismiss, toasts } from "../../ui/toast";
import { Toaster } from "../../ui/toaster";
import { EndpointsPage } from "./endpoints-page";

/** What answers; the API's client takes `fetch` as it finds it when it is made. */
const net = vi.hoisted(() => {
  const net = { answer: (_: Request): Promise<Response> => Promise.reject(new Error("nothing answers")) };
  document.documentElement.dataset["base"] = `${location.origin}/`; // outside a browser an address must be whole
  globalThis.fetch = ((request: Request) => net.answer(request)) as typeof fetch;
  return net;
});

afterEach(() => {
  for (const { id } of toasts.get()) dismiss(id);
});

type Written = { name?: string; verify?: Endpoint["verify"]; secrets?: { label: string; value?: string }[] };

/** The far end: endpoints in memory, behind the API's calls. */
function fakeApi(start: Endpoint[]) {
  let kept = start;
  const written: [string, Written][] = [];
  const answer = (status: number, content?: unknown) =>
    new Response(content === undefined ? null : JSON.stringify(content), { status });
  net.answer = async (request) => {
    if (request.url.endsWith("/check-secret")) {
      const { value } = await request.json();
      const doubts = value.startsWith("key-") ? [{ code: "another_key", detail: "It looks like an API key." }] : [];
      if (value.length < 16) doubts.push({ code: "weak", detail: "It could be guessed." });
      return answer(200, { error: value === "none" ? "It makes no key." : "", warning: "", doubts });
    }
    if (request.url.includes("/refusals?"))
      return answer(200, { refusals: [], counts: {}, since: "2026-01-01T00:00:00Z" });
    const [, id = "", what = ""] = new URL(request.url).pathname.replace("/api/v1/endpoints", "").split("/");
    const body: Written = request.body ? await request.json() : {};
    written.push([`${request.method} /${[id, what].filter(Boolean).join("/")}`, body]);
    if (request.method === "GET") return answer(200, { endpoints: kept });
    if (request.method === "DELETE") {
      kept = kept.filter((e) => e.id !== id);
      return answer(204);
    }
    if (what === "confirm") {
      kept = kept.map((e) => ({ ...e, confirmed: true }));
      return answer(200, kept[0]);
    }
    if (what === "restore") {
      kept = start;
      return answer(200, start[0]);
    }
    if (kept.some((e) => e.name === body.name && e.id !== id)) {
      const problem = { status: 409, code: "name_taken", detail: "Another endpoint is named so. Choose another name." };
      return answer(409, problem);
    }
    if (body.verify !== "off" && body.secrets?.length === 0) {
      return answer(422, {
        status: 422,
        code: "secret_missing",
        detail: "There is nothing to check with. Add a secret.",
      });
    }
    const made = endpoint({
      id: id || "ep_new",
      name: body.name ?? "",
      secrets: body.secrets ?? [],
      verify: body.verify ?? "off",
    });
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
  const written = fakeApi([]);
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

it("doubts a secret once, and saves it with one click", async () => {
  const written = fakeApi([]);
  const history = open("/endpoints/new");
  const user = userEvent.setup();
  const saved = () => written.filter(([call]) => call === "POST /").length;
  await user.type(await screen.findByLabelText("Name"), "shop");
  await user.click(screen.getByRole("button", { name: "Add a secret" }));
  await user.type(screen.getByLabelText("Value of secret live"), "key-1");
  await user.click(screen.getByRole("button", { name: "Create endpoint" }));

  const use = await screen.findByRole("button", { name: "Use it anyway" });
  expect(screen.getByText("It looks like an API key.")).toBeTruthy();
  expect(screen.getByText("It could be guessed.")).toBeTruthy();
  expect(screen.getByLabelText("Value of secret live").getAttribute("aria-invalid")).toBeNull();
  expect(saved()).toBe(0);
  await user.click(use);
  expect(await screen.findByText("shop is ready")).toBeTruthy();
  expect(history.at(-1)).toBe("/endpoints/ep_new");
  expect(saved()).toBe(1);
});

it("asks about each doubtful secret, and again when it is typed anew", async () => {
  const written = fakeApi([]);
  open("/endpoints/new");
  const user = userEvent.setup();
  await user.type(await screen.findByLabelText("Name"), "shop");
  await user.click(screen.getByRole("button", { name: "Add a secret" }));
  await user.type(screen.getByLabelText("Value of secret live"), "key-1");
  await user.tab();
  await user.click(await screen.findByRole("button", { name: "Use it anyway" }));
  expect(screen.queryByRole("button", { name: "Use it anyway" })).toBeNull();
  expect(written.some(([call]) => call === "POST /")).toBe(false); // nobody asked to save yet

  await user.type(screen.getByLabelText("Value of secret live"), "2");
  await user.click(screen.getByRole("button", { name: "Create endpoint" }));
  await screen.findByRole("button", { name: "Use it anyway" });
  await user.clear(screen.getByLabelText("Value of secret live"));
  await user.type(screen.getByLabelText("Value of secret live"), "none");
  await user.click(screen.getByRole("button", { name: "Create endpoint" }));
  expect(await screen.findByText("It makes no key.")).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Use it anyway" })).toBeNull();
  expect(written.some(([call]) => call === "POST /")).toBe(false);
});

it("marks an endpoint with a weak secret, in the list and in the form", async () => {
  const doubts = [{ code: "weak", detail: "This secret is weak." }];
  fakeApi([endpoint({ secrets: [{ label: "live", weak: true, doubts }] })]);
  open("/endpoints/ep_1");
  expect(await screen.findByText("This secret is weak.")).toBeTruthy();
  expect(screen.getAllByText("weak secret").length).toBeGreaterThan(0);
  expect(screen.queryByRole("button", { name: "Use it anyway" })).toBeNull();
});

it("says what is wrong before it asks the server", async () => {
  const written = fakeApi([]);
  open("/endpoints/new");
  const user = userEvent.setup();
  await user.type(await screen.findByLabelText("Name"), "Not A Name");
  await user.click(screen.getByRole("button", { name: "Create endpoint" }));
  expect(screen.getByLabelText("Name").getAttribute("aria-invalid")).toBe("true");
  expect(written.every(([call]) => call.startsWith("GET"))).toBe(true);
});

it("says at the name that it is taken", async () => {
  fakeApi([endpoint({})]);
  open("/endpoints/new");
  const user = userEvent.setup();
  await user.type(await screen.findByLabelText("Name"), "stripe");
  await user.click(screen.getByRole("button", { name: "Create endpoint" }));
  expect(await screen.findByText("Another endpoint is named so. Choose another name.")).toBeTruthy();
});

it("keeps a secret that was not touched, and forgets the value of one that was", async () => {
  const written = fakeApi([endpoint({})]);
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
  const written = fakeApi([endpoint({})]);
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
  fakeApi([endpoint({})]);
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
  fakeApi([endpoint({})]);
  await userEvent.setup().click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByRole("link", { name: "stripe" })).toBeTruthy();
});

const unchecked: Partial<Endpoint> = { verify: "off", secrets: [], open: true };

it("says in the list and beside it that an endpoint checks nothing, and leads to a secret", async () => {
  const written = fakeApi([endpoint(unchecked)]);
  open("/endpoints/ep_1");
  const row = within((await screen.findByRole("link", { name: "stripe" })).closest("li") as HTMLElement);
  expect(row.getAllByText("Open: checks nothing").length).toBeGreaterThan(0);
  const note = within(screen.getByRole("region", { name: "Open: checks nothing" }));
  const user = userEvent.setup();
  await user.click(note.getByRole("button", { name: "Add the sender’s secret" }));
  const value = screen.getByLabelText("Value of secret live");
  expect(document.activeElement).toBe(value);

  await user.type(value, "s3cret-value-of-32");
  expect(screen.getByLabelText<HTMLSelectElement>("Check").value).toBe("enforce");
  await user.click(screen.getByRole("button", { name: "Save" }));
  await screen.findByText("Saved stripe");
  const [, body] = written.find(([call]) => call === "PATCH /ep_1") ?? [];
  expect(body).toMatchObject({ verify: "enforce", secrets: [{ label: "live", value: "s3cret-value-of-32" }] });
});

it("says that a check is off where there are secrets", async () => {
  fakeApi([endpoint({ verify: "off", open: true })]);
  open("/endpoints/ep_1");
  const note = within(await screen.findByRole("region", { name: "Open: checks nothing" }));
  expect(note.getByText(/Verification is off/)).toBeTruthy();
  expect(note.queryByRole("button")).toBeNull();
});

it("says nothing of the kind where deliveries are checked", async () => {
  fakeApi([endpoint({})]);
  open("/endpoints/ep_1");
  await screen.findByRole("button", { name: "Save" });
  expect(screen.queryByRole("region", { name: "Open: checks nothing" })).toBeNull();
  expect(screen.getByText("1 secret, enforced")).toBeTruthy();
});

it("makes an endpoint without a secret only as one that checks nothing", async () => {
  const written = fakeApi([]);
  open("/endpoints/new");
  const user = userEvent.setup();
  await user.type(await screen.findByLabelText("Name"), "open");
  await user.click(screen.getByRole("button", { name: "Add a secret" }));
  await user.click(screen.getByRole("button", { name: "Remove secret live" }));
  await user.click(screen.getByRole("button", { name: "Create endpoint" }));
  await screen.findByText("open is ready");
  const [, body] = written.find(([call]) => call === "POST /") ?? [];
  expect(body).toMatchObject({ verify: "off", secrets: [] });
});

it("explains what the last secret is for when it is removed, and switches checking off in the same save", async () => {
  const written = fakeApi([endpoint({})]);
  open("/endpoints/ep_1");
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "Remove secret live" }));
  const alert = within(screen.getByRole("alert"));
  expect(alert.getByText(/No delivery can be verified without a secret/)).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Save" }));
  expect(written.every(([call]) => call.startsWith("GET"))).toBe(true);

  await user.click(alert.getByRole("button", { name: "Switch checking off" }));
  expect(screen.queryByRole("alert")).toBeNull();
  await user.click(screen.getByRole("button", { name: "Save" }));
  await screen.findByText("Saved stripe");
  const [, body] = written.find(([call]) => call === "PATCH /ep_1") ?? [];
  expect(body).toMatchObject({ verify: "off", secrets: [] });
});

it("shows at the secrets what the server says of a missing one", async () => {
  fakeApi([endpoint({})]);
  const far = net.answer;
  const detail = "No secret of it can be used. Add one, or switch the check off.";
  net.answer = async (request) =>
    request.method === "PATCH"
      ? new Response(JSON.stringify({ status: 422, code: "secret_missing", detail }), { status: 422 })
      : far(request);
  open("/endpoints/ep_1");
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "Save" }));
  expect(await within(screen.getByRole("group", { name: "Secrets" })).findByText(detail)).toBeTruthy();
  expect(screen.getAllByRole("alert")).toHaveLength(1);
});

it("opens an endpoint to the internet at once, keeps what is typed, and takes it back where that fails", async () => {
  const written = fakeApi([endpoint({ confirmed: false })]);
  const far = net.answer;
  let refuse = (_: Response) => {};
  open("/endpoints/ep_1");
  const user = userEvent.setup();
  expect(await screen.findByText("Not confirmed")).toBeTruthy();
  net.answer = (request) =>
    request.url.endsWith("/confirm")
      ? new Promise((resolve) => {
          refuse = resolve;
        })
      : Promise.reject(new TypeError("network gone"));
  const name = screen.getByLabelText("Name");
  await user.type(name, "-live");
  const banner = () => screen.queryByRole("region", { name: "Not open to the internet yet" });
  await user.click(within(banner() as HTMLElement).getByRole("button", { name: "Open it to the internet" }));
  await vi.waitFor(() => expect(banner()).toBeNull());
  expect(screen.queryByText("Not confirmed")).toBeNull();
  refuse(new Response(JSON.stringify({ status: 503, code: "database_gone", detail: "Restart it." }), { status: 503 }));
  await vi.waitFor(() => expect(banner()).toBeTruthy());
  expect(screen.getByRole("alert").textContent).toBe("Could not confirm it. Restart it.");

  net.answer = far;
  await user.click(within(banner() as HTMLElement).getByRole("button"));
  expect(await screen.findByText("stripe is open to the internet")).toBeTruthy();
  expect(banner()).toBeNull();
  expect(written.map(([call]) => call)).toContain("POST /ep_1/confirm");
  expect(screen.getByLabelText<HTMLInputElement>("Name").value).toBe("stripe-live");
});
