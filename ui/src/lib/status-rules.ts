import type { Client } from "openapi-fetch";
import { api } from "./api";
import type { components } from "./api.gen";
import type { State } from "./statuses";

type Schemas = components["schemas"];

/** What an endpoint's deliveries tell of, and what of it the public may see. */
export type StatusRules = Schemas["StatusRules"];
/** What of them is changed. */
export type StatusRulesChange = Schemas["StatusRulesChange"];
/** Reads subjects out of deliveries of which nothing is known. */
export type Mapping = Schemas["Mapping"];
/** What one value of a mapping's state means. */
export type MappedState = Schemas["MappedState"];
/** A key that signs status links. Its value is shown once, when it is made. */
export type LinkKey = Schemas["LinkKey"];

/** What a mapping would have made of past deliveries. */
export interface MappingTry {
  looked: number;
  matched: number;
  failed: number;
  states: { value: string; state: State; count: number }[];
  examples: {
    delivery: string;
    seq: number;
    subject: string;
    state: State;
    reference?: string;
    amount?: number;
    currency?: string;
  }[];
  problems: { delivery: string; seq: number; error: string }[];
}

interface TryPaths {
  "/endpoints/{id}/mapping/try": {
    post: {
      parameters: { path: { id: string } };
      requestBody: { content: { "application/json": { mapping: Mapping } } };
      responses: { 200: { content: { "application/json": MappingTry } } };
    };
  };
}

/** The API's client, for trying a mapping. */
export const tryApi = api as unknown as Client<TryPaths>;
