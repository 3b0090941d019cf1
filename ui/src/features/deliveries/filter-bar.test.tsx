import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { useState } from "react";
import { expect, it } from "vitest";
import { endpointKeys } from "../../entities/endpoint/queries";
import { FilterBar } from "./filter-bar";
import type { Terms } from "./terms";

function Bar({ start }: { start: Terms }) {
  const [terms, setTerms] = useState(start);
  return (
    <>
      <FilterBar
        terms={terms}
        onTerm={(key, value) => setTerms(({ [key]: _, ...rest }) => ({ ...rest, ...(value && { [key]: value }) }))}
      />
      <output>{JSON.stringify(terms)}</output>
    </>
  );
}

function open(start: Terms = {}) {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } } });
  client.setQueryData(endpointKeys.all, [
    { id: "ep_1", name: "stripe" },
    { id: "ep_2", name: "shopify" },
  ]);
  render(
    <QueryClientProvider client={client}>
      <Bar start={start} />
    </QueryClientProvider>,
  );
  return {
    input: screen.getByRole<HTMLInputElement>("combobox", { name: "Filter" }),
    terms: () => JSON.parse(document.querySelector("output")?.textContent ?? ""),
    suggestions: () => screen.queryAllByRole("option").map(({ textContent }) => textContent),
  };
}

it("makes a chip of what is typed, and takes it away again", async () => {
  const { input, terms } = open();
  await userEvent.type(input, "verdict:rejected{Enter}");
  expect(terms()).toEqual({ verdict: "rejected" });
  expect(input.value).toBe("");
  await userEvent.click(screen.getByRole("button", { name: "Remove verdict:rejected" }));
  expect(terms()).toEqual({});
});

it("suggests what is there, for the arrow keys and for the pointer", async () => {
  const { input, terms, suggestions } = open();
  await userEvent.click(input);
  expect(suggestions()).toEqual(["endpoint:", "verdict:", "method:"]);
  await userEvent.keyboard("{ArrowDown}{Enter}");
  expect(suggestions()).toEqual(["endpoint:stripe", "endpoint:shopify"]);
  await userEvent.keyboard("{ArrowDown}{ArrowDown}{Enter}");
  expect(terms()).toEqual({ endpoint: "shopify" });
  expect(suggestions()).toEqual([]);
  await userEvent.type(input, "meth{Enter}");
  await userEvent.click(screen.getByRole("option", { name: "method:PUT" }));
  expect(terms()).toEqual({ endpoint: "shopify", method: "PUT" });
});

it("completes what can only be one thing", async () => {
  const { input, terms } = open();
  await userEvent.type(input, "verdict:rej{Enter}");
  expect(terms()).toEqual({ verdict: "rejected" });
});

it("says what can be filtered by where it does not understand, and keeps what was typed", async () => {
  const { input, terms } = open();
  await userEvent.type(input, "amount:100{Enter}");
  expect(screen.getByRole("alert").textContent).toContain("verdict:rejected");
  expect(input.getAttribute("aria-invalid")).toBe("true");
  expect([input.value, terms()]).toEqual(["amount:100", {}]);
  await userEvent.type(input, "0");
  expect(screen.queryByRole("alert")).toBeNull();
});

it("takes the last chip away with backspace, and is left with escape", async () => {
  const { input, terms } = open({ endpoint: "stripe", method: "PUT" });
  await userEvent.click(input);
  await userEvent.keyboard("{Backspace}");
  expect(terms()).toEqual({ endpoint: "stripe" });
  await userEvent.keyboard("ver{Escape}");
  expect([input.value, document.activeElement]).toEqual(["", input]);
  await userEvent.keyboard("{Escape}");
  expect(document.activeElement).not.toBe(input);
});
