import { violations } from "./axe";
import { Dashboard } from "./dashboard";
import { expect, test } from "./fixtures";
import { created, Shop, succeeded } from "./shop";

const picture = (name: string) => `ui/e2e/results/status-rules-${name}.png`;

for (const theme of ["light", "dark"] as const) {
  test.describe(theme, () => {
    test.use({ colorScheme: theme, contextOptions: { reducedMotion: "reduce" } });

    test("own statuses are tried on what came, saved, and are listed", async ({ page, site }) => {
      site.expected.push(/status of 400/); // the expression that is none
      for (const [parcel, state] of [
        ["LX-17", "SENT"],
        ["LX-18", "SENT"],
        ["LX-17", "DELIVERED"],
      ]) {
        await site.hookbeam.send(site.first, { body: JSON.stringify({ parcel: { id: parcel }, state }) });
      }
      await page.goto(`${site.url}endpoints/${site.first.id}`);
      await page.getByText("Your own statuses", { exact: true }).click();
      const form = page.getByRole("region", { name: "Your own statuses" });
      await form.getByRole("button", { name: "Guess from the newest delivery" }).click();
      await expect(form.getByLabel("Where it stands")).toHaveValue("body.state");
      await form.getByLabel("What it is about").fill("body.parcel.");
      await form.getByLabel("Where it stands").fill("body.state");
      await form.getByRole("button", { name: "Try on past deliveries" }).click();
      await expect(form.getByRole("alert")).toContainText("subject is invalid");

      await form.getByLabel("What it is about").fill("body.parcel.id");
      await form.getByRole("button", { name: "Try on past deliveries" }).click();
      await expect(form.getByRole("status")).toHaveText("Of the last 3: 3 matched, 2 states.");
      await expect(form.getByRole("button", { name: "Save" })).toBeEnabled();
      await form.getByRole("button", { name: "Add a meaning of DELIVERED" }).click();
      await form.getByLabel("Tone of DELIVERED").selectOption("good");
      await form.getByLabel(/^DELIVERED is the end/).check();
      await expect(form.getByRole("button", { name: "Save" })).toBeDisabled();
      await form.getByRole("button", { name: "Try on past deliveries" }).click();
      await expect(form.getByRole("button", { name: "Save" })).toBeEnabled();
      expect(await violations(page)).toEqual([]);
      await form.getByRole("button", { name: "Save" }).scrollIntoViewIfNeeded();
      await page.screenshot({ path: picture(`own-${theme}`) });
      await form.getByRole("button", { name: "Save" }).click();
      await expect(page.getByText("Saved your own statuses", { exact: true })).toBeVisible();

      await site.hookbeam.send(site.first, { body: JSON.stringify({ parcel: { id: "LX-19" }, state: "DELIVERED" }) });
      await page.goto(`${site.url}statuses`);
      const row = page.getByRole("row", { name: /LX-19/ });
      await expect(row).toContainText("Delivered");
      await expect(row).toContainText("unverified");
    });

    test("a shared number becomes one order, by the settings to which its note leads", async ({ page, site }) => {
      site.expected.push(/status of 4(00|22)/); // the filter and the path that are none
      const shop = await Shop.open(site.hookbeam);
      for (const name of ["Ada", "Bob"]) {
        const object = { metadata: { order_id: "500", shop: "north" }, customer: `cus_${name}` };
        await shop.send(`pi_${name}`, { ...succeeded, object });
      }
      await page.goto(`${site.url}statuses`);
      await page.getByRole("row", { name: /^Shared reference 500/ }).click();
      const note = page.getByRole("region", { name: "Needs review: reference shared" });
      await expect(note).toContainText("Two customers used the number 500");
      await note.getByRole("link", { name: "the endpoint’s settings" }).click();
      const form = page.getByRole("form", { name: "Orders and payments" });
      const filter = form.getByLabel("Only deliveries that match");
      const save = form.getByRole("button", { name: "Save" });
      await expect(filter).toBeInViewport();

      await filter.fill("body.data.object.metadata.shop:north verdikt:verified");
      await save.click();
      await expect(filter).toHaveAttribute("aria-invalid", "true");
      await expect(form.getByText(/^Position 38: There is no key "verdikt"/)).toBeVisible();
      await expect(form.locator("mark")).toHaveText("v");
      expect(await violations(page)).toEqual([]);
      await page.screenshot({ path: picture(`filter-${theme}`) });
      await filter.fill("body.data.object.metadata.shop:north");
      await form.getByLabel("Paths of your order number").fill("data..object");
      await save.click();
      await expect(form.getByText(/"data\.\.object" is not a valid path/)).toBeVisible();
      await form.getByLabel("Paths of your order number").fill("data.object.metadata.cart");
      await form.getByLabel("Every order number is unique").check();
      await save.click();
      await expect(page.getByText("Saved what statuses of shop are read from", { exact: true })).toBeVisible();
      await page.reload();
      await expect(filter).toHaveValue("body.data.object.metadata.shop:north");
      await expect(form.getByLabel("Every order number is unique")).toBeChecked();

      await page.goto(`${site.url}statuses`);
      await expect(page.getByRole("row", { name: /^Paid .*500/ })).toContainText("2 payments");
      await expect(page.getByRole("row", { name: /^Shared reference/ })).toHaveCount(0);
    });

    test("a status page gets the shop’s name and colour, and a key is shown once", async ({ page, site }) => {
      const shop = await Shop.open(site.hookbeam);
      await page.goto(`${site.url}endpoints/${shop.endpoint.id}`);
      await page.getByText("Status page", { exact: true }).click();
      const form = page.getByRole("form", { name: "Status page" });
      await form.getByLabel("Shop’s name").fill("Acme Store");
      await form.getByLabel("Colour", { exact: true }).fill("#0a7f5c");
      await form.getByLabel("Way back").fill("https://shop.example/");
      await form.getByLabel("the steps").uncheck();
      await form.getByLabel("Pages that may show it in a frame").fill("https://shop.example");
      expect(await violations(page)).toEqual([]);
      await page.getByText("Status page", { exact: true }).evaluate((summary) => summary.scrollIntoView());
      await page.screenshot({ path: picture(`page-${theme}`) });
      await form.getByRole("button", { name: "Save the status page" }).click();
      await expect(page.getByText("Saved the status page of shop", { exact: true })).toBeVisible();

      const keys = page.getByRole("region", { name: "Link keys" });
      await keys.getByRole("button", { name: "Make a new key" }).click();
      await expect(keys.getByText("This is shown once.")).toBeVisible();
      await expect(keys.getByRole("listitem")).toHaveCount(1);
      const key = await keys.getByRole("status").locator("code").innerText();
      expect(await violations(page)).toEqual([]);
      await keys.scrollIntoViewIfNeeded();
      await page.screenshot({ path: picture(`keys-${theme}`) });
      await page.reload();
      await page.getByText("Status page", { exact: true }).click();
      await expect(keys.getByRole("listitem")).toHaveCount(1);
      expect(await page.content()).not.toContain(key);

      await shop.sendAll("pi_Ada", created, succeeded);
      await page.goto(`${site.url}statuses`);
      await page.getByRole("row", { name: /Ada/ }).click();
      await page.getByRole("tab", { name: "What the customer sees" }).click();
      const preview = page.getByRole("region", { name: "What the customer sees" });
      await expect(preview).toContainText("Acme Store");
      await expect(preview.locator("h1")).toHaveText("Payment received");
      await expect(preview.locator("#steps")).toBeHidden();
      expect(await violations(page)).toEqual([]);
      await page.screenshot({ path: picture(`preview-${theme}`) });
    });
  });
}

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });

  test("the rules for statuses fit", async ({ page, site }) => {
    await page.goto(`${site.url}endpoints/${site.first.id}`);
    await page.getByText("Your own statuses", { exact: true }).tap();
    await page.getByRole("button", { name: "Add a value" }).tap();
    await page.getByLabel("Value new").fill("DELIVERED");
    await page.getByLabel("Value DELIVERED").scrollIntoViewIfNeeded();
    await page.screenshot({ path: picture("phone-own") });
    await page.getByText("Orders and payments", { exact: true }).tap();
    await page.getByLabel("Only deliveries that match").scrollIntoViewIfNeeded();
    await page.screenshot({ path: picture("phone-orders") });
    await page.getByText("Status page", { exact: true }).tap();
    await page.getByLabel("Colour", { exact: true }).fill("#ffcc00");
    await page.screenshot({ path: picture("phone-page") });
    await new Dashboard(page, site.url).expectNoSidewaysScroll();
  });
});
