import { createHmac } from "node:crypto";
import { violations } from "./axe";
import { chooseSender } from "./catalogue";
import { expect, test } from "./fixtures";
import type { Delivery, Endpoint } from "./hookbeam";

test("an endpoint is made with a secret that never comes back, changed, deleted, and brought back", async ({
  page,
  site,
}) => {
  await page.goto(`${site.url}endpoints`);
  await page.getByRole("link", { name: "New endpoint" }).click();
  await page.getByLabel("Name").fill("shop");
  await page.getByRole("button", { name: "Add a secret" }).click();
  await page.getByLabel("Value of secret live").fill("a secret that only the shop knows");
  await page.getByRole("button", { name: "Create endpoint" }).click();

  const pane = page.getByRole("complementary", { name: "Endpoint" });
  await expect(pane.getByRole("heading", { name: "shop" })).toBeVisible();
  const address = await pane.getByText(/\/in\/shop-/).innerText();
  expect(address.startsWith(site.url)).toBe(true);
  expect(await page.content()).not.toContain("only the shop knows");

  const send = (secret: string) => page.request.post(address, { data: "{}", headers: { "X-Webhook-Secret": secret } });
  expect((await send("a secret that only the shop knows")).status()).toBe(200);
  expect((await send("a guess")).status()).toBe(403);
  const { deliveries } = await site.hookbeam.api<{ deliveries: Delivery[] }>("GET", "/deliveries");
  expect(deliveries.map(({ verdict }) => verdict)).toEqual(["rejected", "verified"]);

  await page.getByLabel("Name").fill("shop-live");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(pane.getByRole("heading", { name: "shop-live" })).toBeVisible();
  expect((await send("a secret that only the shop knows")).status()).toBe(200);

  await page.getByRole("button", { name: "Delete" }).click();
  await expect(page.getByRole("link", { name: /shop-live/ })).toBeHidden();
  expect((await send("a secret that only the shop knows")).status()).toBe(404);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByRole("link", { name: /shop-live/ })).toBeVisible();
  expect((await send("a secret that only the shop knows")).status()).toBe(200);
});

test("a mistake is explained beside what it is about, and nothing that was typed is lost", async ({ page, site }) => {
  site.expected.push(/status of 409/);
  await page.goto(`${site.url}endpoints/new`);
  await page.getByLabel("Name").fill("Not A Name!");
  await page.getByRole("button", { name: "Create endpoint" }).click();
  await expect(page.getByLabel("Name")).toHaveAttribute("aria-invalid", "true");

  await page.getByLabel("Name").fill("first");
  await page.getByRole("button", { name: "Create endpoint" }).click();
  await expect(page.getByLabel("Name")).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByLabel("Name")).toHaveValue("first");
  const { endpoints } = await site.hookbeam.api<{ endpoints: Endpoint[] }>("GET", "/endpoints");
  expect(endpoints).toHaveLength(1);
});

test("a secret that looks wrong is doubted once, used with one click, and marked as weak where it shows", async ({
  page,
  site,
}) => {
  await page.goto(`${site.url}endpoints/new`);
  await chooseSender(page, "Razorpay");
  await page.getByRole("button", { name: "Add a secret" }).click();
  await page.getByLabel("Value of secret live").fill("rzp_hunter22");
  await page.getByRole("button", { name: "Create endpoint" }).click();
  await expect(page.getByText(/looks like an API key id \(rzp_…\)/)).toBeVisible();
  await expect(page.getByText(/could be guessed from one signed request/)).toBeVisible();
  expect(await violations(page)).toEqual([]);
  const before = await site.hookbeam.api<{ endpoints: Endpoint[] }>("GET", "/endpoints");
  expect(before.endpoints).toHaveLength(1);
  await page.screenshot({ path: "ui/e2e/results/secret-doubt.png" });
  await expect(page.getByRole("button", { name: "Use it anyway" })).toBeFocused();
  await page.keyboard.press("Enter");

  const pane = page.getByRole("complementary", { name: "Endpoint" });
  const address = await pane.getByText(/\/in\/razorpay-/).innerText();
  await expect(page.getByText("weak secret").filter({ visible: true })).toHaveCount(1);
  await expect(pane.getByText(/could be guessed from one signed request/)).toBeVisible();
  expect(await page.content()).not.toContain("hunter22");

  const body = JSON.stringify({ event: "payment.captured" });
  const signature = createHmac("sha256", "rzp_hunter22").update(body).digest("hex");
  const answer = await page.request.post(address, { data: body, headers: { "X-Razorpay-Signature": signature } });
  expect(answer.status()).toBe(200);
  await page.goto(`${site.url}deliveries`);
  await page.getByRole("row", { name: /payment.captured/ }).click();
  await page.getByRole("tab", { name: "Verdict" }).click();
  await expect(page.getByText("Matches “live”. Weak: it could be guessed from one signed request")).toBeVisible();
  await page.goto(`${site.url}settings`);
  await expect(page.getByText(/short enough to be guessed: "live" of razorpay/)).toBeVisible();
  await page.screenshot({ path: "ui/e2e/results/secret-weak.png" });
});

test("a secret is used as it was pasted, and without what copying added", async ({ page, site }) => {
  await page.goto(`${site.url}endpoints/new`);
  await chooseSender(page, "GitHub");
  await page.getByRole("button", { name: "Add a secret" }).click();
  await page.getByLabel("Value of secret live").fill(' "0123456789abcdef"');
  await page.getByLabel("Value of secret live").blur();
  await expect(page.getByText(/white space, quotes or something else around it/)).toBeVisible();
  await page.getByRole("button", { name: "Use it anyway" }).click();
  await expect(page.getByRole("button", { name: "Use it anyway" })).toBeHidden();
  await page.getByRole("button", { name: "Create endpoint" }).click();
  const pane = page.getByRole("complementary", { name: "Endpoint" });
  const address = await pane.getByText(/\/in\/github-/).innerText();
  for (const [secret, status] of [
    [' "0123456789abcdef"', 200],
    ["0123456789abcdef", 200],
    ["another", 401],
  ] as const) {
    const signature = `sha256=${createHmac("sha256", secret).update("{}").digest("hex")}`;
    const headers = { "X-Hub-Signature-256": signature, "Content-Type": "application/json" };
    const answer = await page.request.post(address, { data: "{}", headers });
    expect(answer.status()).toBe(status);
  }
});

test("what was refused at the door shows at its endpoint, with what to do, and is no delivery", async ({
  page,
  site,
}) => {
  const small = await site.hookbeam.api<Endpoint>("POST", "/endpoints", { name: "small", max_body: 1024 });
  const send = (address: string) =>
    page.request.post(address, { data: "x".repeat(2048), headers: { "User-Agent": "sender/<b>1.0" } });
  expect((await send(small.url.replace("/in/small", "/in/smal"))).status()).toBe(404);

  await page.goto(`${site.url}endpoints/${small.id}`);
  const refused = page.getByRole("region", { name: "Refused requests" });
  await expect(refused).toContainText("One request came to addresses that no endpoint has.");

  expect((await send(`${small.url}/canary?token=canary`)).status()).toBe(413);
  await page.reload();
  await refused.getByText("1 refused request").click();
  await expect(refused).toContainText("The body is larger than this endpoint accepts. Raise “Largest body”");
  await expect(refused.getByRole("listitem")).toContainText("413 POST /…?…");
  await expect(refused.getByRole("listitem")).toContainText("sender/<b>1.0");
  expect(await page.content()).not.toContain("canary");
  expect(await violations(page)).toEqual([]);
  await page.screenshot({ path: "ui/e2e/results/refused.png" });
  expect(await site.hookbeam.deliveries()).toHaveLength(0);
});
