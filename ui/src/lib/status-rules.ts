import type { Client } from "openapi-fetch";
import { api, type Endpoint } from "./api";
import type { State, Tone } from "./statuses";

/** How an endpoint's status pages look, and what they show. */
export interface StatusPage {
  name?: string;
  logo?: string;
  color?: string;
  back?: string;
  /** Of amount, reference, timeline. */
  hidden?: string[];
  /** Origins whose pages may show it in a frame. */
  embed?: string[];
}

/** What one value of a mapping's state means. */
export interface MappedState {
  value: string;
  state: State;
  tone?: Tone;
  final?: boolean;
  rank?: number;
}

/** Reads subjects out of deliveries of which nothing is known. */
export interface Mapping {
  kind: "own" | "payment";
  subject: string;
  state: string;
  reference?: string;
  amount?: string;
  currency?: string;
  occurred_at?: string;
  states?: MappedState[];
}

/** What an endpoint's deliveries tell of, and what of it the public may see. */
export interface StatusRules {
  references?: string[];
  mapping?: Mapping | null;
  unsigned?: boolean;
  page?: StatusPage;
}

/** An endpoint's rules for statuses. */
export const rulesOf = (endpoint: Endpoint | undefined): StatusRules =>
  (endpoint as { statuses?: StatusRules } | undefined)?.statuses ?? {};

/** A key that signs status links. Its value is shown once, when it is made. */
export interface LinkKey {
  id: string;
  created_at: string;
  /** Absent while it is the newest. */
  expires_at?: string;
}

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

interface Call<Parameters, Body, Code extends number, Content> {
  parameters: { path: Parameters };
  requestBody: { content: { "application/json": Body } };
  responses: { [code in Code]: { content: { "application/json": Content } } };
}

interface RulePaths {
  "/endpoints/{id}": { patch: Call<{ id: string }, { statuses: StatusRules }, 200, Endpoint> };
  "/endpoints/{id}/link-keys": {
    get: Omit<Call<{ id: string }, never, 200, { link_keys: LinkKey[] }>, "requestBody">;
    post: Call<{ id: string }, { overlap: string }, 201, { id: string; key: string; created_at: string }>;
  };
  "/endpoints/{id}/link-keys/{key}": {
    delete: { parameters: { path: { id: string; key: string } }; responses: { 204: { content?: never } } };
  };
  "/endpoints/{id}/mapping/try": { post: Call<{ id: string }, { mapping: Mapping }, 200, MappingTry> };
}

/** The API's client, for rules of statuses. */
export const ruleApi = api as unknown as Client<RulePaths>;
