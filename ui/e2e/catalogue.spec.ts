import { violations } from "./axe";
import { chooseSender } from "./catalogue";
import { expect, test } from "./fixtures";

const request = "POST /hooks HTTP/1.1\r\nHost: shop.example\r\nX-Shopify-Hmac-Sha256: eA==\r\n\r\n{}";

for (const theme of ["light", "dark"] as const) {
  for (const width of [1280, 390]) {
    test.describe(`${theme}, ${width} pixels`, () => {
      test.use({ colorScheme: theme, viewport: { width, height: 800 }, contextOptions: { reducedMotion: "reduce" } });

      test("a sender is found by an alias or a pasted request, by keyboard alone", async ({ page, site }) => {
        await page.goto(`${site.url}endpoints/new`);
        const sender = page.getByRole("button", { name: /^Sender: / });
        await sender.focus();
        await page.keyboard.press("Enter");
        const search = page.getByRole("combobox", { name: "Senders" });
        await expect(search).toBeFocused();
        const dialog = page.getByRole("dialog", { name: "Choose a sender" });
        await expect(dialog.getByRole("option", { name: "Stripe" })).toBeVisible();
        const before = await dialog.boundingBox();
        expect(await violations(page)).toEqual([]);
        await page.screenshot({ path: `ui/e2e/results/catalogue-${theme}-${width}.png` });

        const paste = () =>
          search.evaluate((input, text) => {
            const data = new DataTransfer();
            data.setData("text", text);
            input.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
          }, request);
        await paste(); // before anything is typed
        await expect(dialog.getByRole("option", { selected: true })).toHaveText(/^Shopify/);
        await page.getByRole("button", { name: "Clear" }).click();
        await search.fill("wordpress");
        await expect(dialog.getByRole("option")).toHaveText([/WooCommerce.*WordPress/]);
        await search.fill("Paddle-Signature");
        await expect(dialog.getByRole("option").first()).toHaveText(/Paddle Billing.*header Paddle-Signature/);

        await paste();
        await expect(dialog.getByRole("option").first()).toHaveText(/Shopify.*header X-Shopify-Hmac-Sha256/);
        expect(await dialog.boundingBox()).toEqual(before);
        expect(await violations(page)).toEqual([]);
        await page.screenshot({ path: `ui/e2e/results/catalogue-pasted-${theme}-${width}.png` });
        await page.keyboard.press("Enter");
        await expect(dialog).toBeHidden();
        await expect(page.getByRole("button", { name: "Sender: Shopify" })).toBeVisible();
        await expect(page.getByLabel("Name")).toHaveValue("shopify");
      });
    });
  }
}

test("the set-up says where facts are from one source, and the sender used last comes first", async ({
  page,
  site,
}) => {
  await page.goto(`${site.url}endpoints/new`);
  await chooseSender(page, "GitLab");
  await expect(page.getByText("These facts are from one source.")).toBeVisible();
  await chooseSender(page, "GitHub");
  await expect(page.getByText("These facts are from one source.")).toBeHidden();
  await page.getByRole("button", { name: "Add a secret" }).click();
  await page.getByLabel("Value of secret live").fill("0123456789abcdef0123");
  await page.getByRole("button", { name: "Create endpoint" }).click();
  await expect(page.getByRole("complementary", { name: "Endpoint" }).getByText(/\/in\/github-/)).toBeVisible();
  await page.goto(`${site.url}endpoints/new`);
  await page.getByRole("button", { name: /^Sender: / }).click();
  await expect(page.getByRole("option").first()).toHaveText(/GitHub/);
  await expect(page.getByText("Used last")).toBeVisible();
});
