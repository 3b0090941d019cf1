import { Dashboard } from "./dashboard";
import { expect, test } from "./fixtures";

test("every page leads a stranger to the login", async ({ browser, site }) => {
  const stranger = await browser.newPage();
  for (const path of ["", "deliveries", "endpoints/ep_x", "settings"]) {
    await stranger.goto(site.url + path);
    await expect(stranger).toHaveURL(`${site.url}login`);
    await expect(stranger.getByRole("heading", { name: "Log in" })).toBeVisible();
  }
  await stranger.close();
});

test("a login link works once, and then says so", async ({ browser, site }) => {
  const owner = await browser.newPage();
  await owner.goto(site.hookbeam.login);
  await expect(owner.getByRole("heading", { name: "Deliveries" })).toBeVisible();

  const late = await browser.newPage();
  expect((await late.goto(site.hookbeam.login))?.status()).toBe(401);
  await expect(late.getByRole("alert")).toBeVisible();
  await owner.close();
  await late.close();
});

test("a code can be typed, a wrong one is told so, and a form from elsewhere is refused", async ({ browser, site }) => {
  const stranger = await browser.newPage();
  await stranger.goto(`${site.url}login`);
  await stranger.getByRole("textbox").fill("not-a-code");
  await stranger.getByRole("button").click();
  await expect(stranger.getByRole("alert")).toBeVisible();

  const code = site.hookbeam.login.slice(site.hookbeam.login.lastIndexOf("/") + 1);
  const elsewhere = { form: { code }, headers: { Origin: "http://evil.example" } };
  expect((await stranger.request.post(`${site.url}login`, elsewhere)).status()).toBe(403);

  await stranger.getByRole("textbox").fill(code);
  await stranger.getByRole("button").click();
  await expect(stranger.getByRole("heading", { name: "Deliveries" })).toBeVisible();
  await stranger.close();
});

test("the content policy of the dashboard is strict, and its nonce is new each time", async ({ page, site }) => {
  const policies: string[] = [];
  for (let n = 0; n < 2; n++) {
    const answer = await page.goto(site.url);
    policies.push(answer?.headers()["content-security-policy"] ?? "");
  }
  const [first, second] = policies;
  expect(first).toContain("default-src 'none'");
  expect(first).toContain("require-trusted-types-for 'script'");
  expect(first).not.toContain("unsafe-inline");
  expect(first).not.toEqual(second);
});

test("the theme that was chosen is there from the first paint", async ({ page, site }) => {
  await page.goto(`${site.url}settings`);
  await page.getByRole("group", { name: "Theme" }).getByText("Dark").click();
  const answer = await page.goto(site.url);
  expect(await answer?.text()).toContain('data-theme="dark"');
});

test("logging out ends the session, in other tabs too", async ({ page, site, context }) => {
  const other = await context.newPage();
  const dashboard = new Dashboard(other, site.url);
  await dashboard.open();
  await expect(dashboard.live).toContainText("Live");
  const cookies = await context.cookies();

  await page.goto(`${site.url}settings`);
  await page.getByRole("button", { name: /log out/i }).click();
  await expect(page).toHaveURL(`${site.url}login`);
  await context.addCookies(cookies);
  expect((await page.request.get(`${site.url}api/v1/session`)).status()).toBe(401);
  await expect(other).toHaveURL(`${site.url}login`);
});

test("a body is downloaded byte for byte and never opened", async ({ page, site }) => {
  const body = Buffer.from("\u0000<script>alert(1)</script>\r\n\u00ff", "latin1");
  const { id } = await site.hookbeam.send(site.first, { body, headers: { "Content-Type": "text/html" } });
  const answer = await page.request.get(`${site.url}api/v1/deliveries/${id}/body`);
  expect(await answer.body()).toEqual(body);
  expect(answer.headers()).toMatchObject({
    "content-type": "application/octet-stream",
    "content-disposition": `attachment; filename="${id}.bin"`,
    "x-content-type-options": "nosniff",
    "content-security-policy": expect.stringContaining("sandbox"),
    "cache-control": expect.stringContaining("no-store"),
  });
});
