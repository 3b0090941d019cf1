import { render, screen, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import { type Provider, providerOf } from "../../entities/provider/queries";
import type { Endpoint } from "../../lib/api";
import { draftOf, toRequest } from "./endpoint-draft";
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

it("says that a secret setting is saved, and keeps it when the others are sent", () => {
  const plain = { name: "a", provider: "generic", verify: "off", settings: { header: "X-Own" }, signed_url: "" };
  const draft = draftOf({ ...plain, secret_settings: ["verify_token"] } as unknown as Endpoint);
  const settings = [{ name: "verify_token", label: "Verify token", hint: "", required: false, secret: true }];
  const { rerender } = render(<SettingFields settings={settings} draft={draft} onChange={() => {}} />);
  const placeholder = () => screen.getByLabelText("Verify token (optional)").getAttribute("placeholder");
  expect(placeholder()).toBe("kept; type to replace it");
  expect(toRequest(draft).settings).toEqual({ header: "X-Own" });
  rerender(<SettingFields settings={settings} draft={draftOf(plain as unknown as Endpoint)} onChange={() => {}} />);
  expect(placeholder()).toBeNull();
});
