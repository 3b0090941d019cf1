import { expect, it } from "vitest";
import { detail, status } from "../../entities/status/testing";
import { linkForms, mostForms } from "./link-forms";

it("offers an order by its number, its own ids and its payments", () => {
  const order = detail(9, {
    level: "order",
    subject: "checkout/cs_1",
    aliases: ["checkout/cs_1", "invoice/in_1"],
    reference: "10-7001",
    members: [status(2), status(1)],
  });
  expect(linkForms(order)).toEqual([
    { subject: "order/10-7001", label: "The order number" },
    { subject: "checkout/cs_1", label: "The checkout" },
    { subject: "invoice/in_1", label: "The invoice" },
    { subject: "payment/pi_2", label: "One payment" },
    { subject: "payment/pi_1", label: "One payment" },
  ]);
});

it("offers a payment by its own id first", () => {
  const payment = detail(1, { level: "payment", reference: "10-7001", aliases: ["payment/pi_1", "charge/ch_1"] });
  expect(linkForms(payment).map(({ label }) => label)).toEqual(["This payment", "The charge", "The order number"]);
});

it("names other prefixes by what they are, and offers no more than a few", () => {
  expect(linkForms(detail(1, { subject: "run/42", aliases: ["run/42"] }))).toEqual([
    { subject: "run/42", label: "Run" },
  ]);
  const aliases = Array.from({ length: 30 }, (_, i) => `payment/pi_${i}`);
  expect(linkForms(detail(1, { aliases }))).toHaveLength(mostForms);
});
