import type { Page } from "@playwright/test";

/** Chooses a sender in the form of an endpoint, as a person does who knows its name. */
export async function chooseSender(page: Page, name: string) {
  await page.getByRole("button", { name: /^Sender: / }).click();
  await page.getByRole("combobox", { name: "Senders" }).fill(name);
  await page.keyboard.press("Enter");
}
