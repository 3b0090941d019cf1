import { expect, test } from "@playwright/test";
import { corpus } from "./corpus";

const snippets = corpus().filter(({ what }) => what.startsWith("as the whole body"));

test("the hostile requests do harm where they are shown as markup", async ({ context }) => {
  let harmful = 0;
  for (const { body } of snippets) {
    const page = await context.newPage();
    let bitten = false;
    const bite = () => {
      bitten = true;
    };
    await page.exposeFunction("hit", bite);
    page.on("request", bite);
    await page.evaluate((markup) => document.body.insertAdjacentHTML("beforeend", markup), body.toString());
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))).catch(bite);
    await page.close();
    if (bitten) harmful++;
  }
  process.stdout.write(`    ${harmful} of the snippets do harm as markup\n`);
  expect(harmful).toBeGreaterThan(15);
});
