import { expect, it } from "vitest";
import type { Endpoint } from "../../lib/api";
import { filterOf, readTerm, readTerms, suggest } from "./terms";

const endpoint = (id: string, name: string) => ({ id, name }) as Endpoint;
const endpoints = [endpoint("ep_1", "stripe"), endpoint("ep_2", "Shop: EU")];

it.each([
  ["verdict:rejected", { key: "verdict", value: "rejected" }],
  [" Verdict:REJECTED ", { key: "verdict", value: "rejected" }],
  ["method:post", { key: "method", value: "POST" }],
  ["endpoint:Shop: EU", { key: "endpoint", value: "Shop: EU" }],
  ["verdict:fine", undefined],
  ["verdict:", undefined],
  ["body:x", undefined],
  ["words", undefined],
])("reads %j", (typed, term) => expect(readTerm(typed)).toEqual(term));

it("reads the address, and leaves what belongs to others", () => {
  expect(readTerms(new URLSearchParams("endpoint=stripe&verdict=&tab=body&method=PUT"))).toEqual({
    endpoint: "stripe",
    method: "PUT",
  });
});

it("finds an endpoint by name, or by id as in older links", () => {
  expect(filterOf({ endpoint: "stripe", verdict: "unsigned" }, endpoints)).toEqual({
    endpoint: "ep_1",
    verdict: "unsigned",
  });
  expect(filterOf({ endpoint: "ep_2" }, endpoints)).toEqual({ endpoint: "ep_2" });
});

it("says what it does not know instead of showing everything", () => {
  expect(filterOf({ endpoint: "strip" }, endpoints)).toEqual({ unknown: "There is no endpoint named “strip”." });
  expect(filterOf({ verdict: "fine" }, endpoints)).toEqual({
    unknown: "A verdict is one of verified, unsigned, rejected.",
  });
});

it("suggests words first, then what is there, and nothing that is set already", () => {
  expect(suggest("", endpoints, {})).toEqual(["endpoint:", "verdict:", "method:"]);
  expect(suggest("ver", endpoints, {})).toEqual(["verdict:"]);
  expect(suggest("verdict:re", endpoints, {})).toEqual(["verdict:rejected"]);
  expect(suggest("endpoint:", endpoints, {})).toEqual(["endpoint:stripe", "endpoint:Shop: EU"]);
  expect(suggest("stri", endpoints, {})).toEqual(["endpoint:stripe"]);
  expect(suggest("", endpoints, { endpoint: "stripe" })).toEqual(["verdict:", "method:"]);
  expect(suggest("nothing", endpoints, {})).toEqual([]);
});
