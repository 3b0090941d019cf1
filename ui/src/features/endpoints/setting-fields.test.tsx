import { render, screen, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import { type Provider, providerOf } from "../../entities/provider/queries";
import { SettingFields } from "./setting-fields";

const any = {
  id: "generic",
  name: "Any sender",
  sample_types: ["sample.sent"],
  settings: [
    { name: "header", label: "Header", hint: "", required: false, default: "X-Webhook-Secret" },
    { name: "scheme", label: "Form", hint: "", required: false, choices: ["bare", "bearer", "basic"], default: "bare" },
  ],
  replaces: [{ id: "basic", settings: { scheme: "basic" }, sample_types: ["order.paid"] }],
} as unknown as Provider;

const optionsOf = (field: HTMLElement) =>
  within(field)
    .getAllByRole("option")
    .map((o) => o.textContent);

it("offers the fixed values of a setting, and says what an empty one means", async () => {
  const onChange = vi.fn();
  render(<SettingFields settings={any.settings} draft={{ settings: { header: "X-Own" } }} onChange={onChange} />);
  const form = screen.getByRole("combobox", { name: "Form (optional)" });
  expect(optionsOf(form)).toEqual(["bare (default)", "bearer", "basic"]);
  expect(screen.getByLabelText("Header (optional)").getAttribute("placeholder")).toBe("X-Webhook-Secret");
  await userEvent.setup().selectOptions(form, "bearer");
  expect(onChange).toHaveBeenCalledWith({ settings: { header: "X-Own", scheme: "bearer" } });
});

it("shows a stored value that is none of them, and the default that was chosen", () => {
  const { rerender } = render(
    <SettingFields settings={any.settings} draft={{ settings: { scheme: "old" } }} onChange={() => {}} />,
  );
  const form = () => screen.getByRole<HTMLSelectElement>("combobox", { name: "Form (optional)" });
  expect(form().value).toBe("old");
  rerender(<SettingFields settings={any.settings} draft={{ settings: { scheme: "bare" } }} onChange={() => {}} />);
  expect(form().selectedOptions[0]?.textContent).toBe("bare (default)");
});

it("knows a sender by an id of an older release, with its defaults", () => {
  const basic = providerOf([any], "basic");
  render(<SettingFields settings={basic?.settings ?? []} draft={{ settings: {} }} onChange={() => {}} />);
  expect(optionsOf(screen.getByRole("combobox", { name: "Form (optional)" }))[0]).toBe("basic (default)");
  expect(basic?.sample_types).toEqual(["order.paid"]);
  expect(providerOf([any], "none")).toBeUndefined();
});
