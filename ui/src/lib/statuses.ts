import type { Client } from "openapi-fetch";
import { api, type DeliveryDetail } from "./api";

/** Where a subject stands: a known word, or one of an endpoint's own. */
export type State = string;
export type Tone = "pending" | "active" | "success" | "warning" | "failure" | "neutral";
export type SubjectKind = "payment" | "order" | "run" | "deployment" | "own";

/** Where a subject stands now. */
export interface Status {
  id: string;
  endpoint: string;
  subject: string;
  kind: SubjectKind;
  state: State;
  tone: Tone;
  final?: boolean;
  dispute?: "open" | "won" | "lost";
  late?: boolean;
  needs_review?: boolean;
  unverified?: boolean;
  mode?: "test";
  fulfilment?: State;
  amount?: number;
  refunded?: number;
  currency?: string;
  reference?: string;
  customer?: string;
  title?: string;
  url?: string;
  names: string[];
  merged?: string[];
  seq: number;
  created_at: string;
  updated_at: string;
}

/** One change of state. */
export interface Step {
  state: State;
  at: string;
  seq: number;
  delivery?: string;
}

/** What one event did to one subject. */
export interface Effect {
  effect: "applied" | "duplicate" | "late" | "impossible" | "info";
  rule?: string;
  from?: State;
  to?: State;
  status: string;
  subject: string;
  kind: SubjectKind;
  says: string;
  type?: string;
  event: string;
  amount?: number;
  currency?: string;
  at: string;
  received_at: string;
  seq: number;
  delivery?: string;
}

/** When a page first showed a state to somebody. */
export interface Shown {
  state: State;
  at: string;
  by: "page" | "poll" | "socket";
}

/** How long an endpoint's payments take, in seconds. */
export interface Usually {
  half: number;
  most: number;
  of: number;
}

/** A status with how it came there. */
export interface StatusDetail extends Status {
  steps: Step[];
  timeline: Effect[];
  shown: Shown[];
  usually?: Usually;
}

/** Which statuses a list shows. What is absent lets everything through; `endpoint` is an id. */
export interface StatusFilter {
  kind?: SubjectKind;
  endpoint?: string;
  state?: State;
  mode?: "live" | "test";
  q?: string;
}

interface Answer<Content> {
  responses: { 200: { content: { "application/json": Content } } };
}

/** The calls about statuses, as the server answers them. */
interface StatusPaths {
  "/statuses": {
    get: Answer<{ statuses: Status[]; next?: string }> & {
      parameters: { query: StatusFilter & { before?: string; limit?: number } };
    };
  };
  "/statuses/counts": {
    get: Answer<{ counts: Record<State, number> }> & { parameters: { query: Omit<StatusFilter, "state" | "q"> } };
  };
  "/statuses/{id}": { get: Answer<StatusDetail> & { parameters: { path: { id: string } } } };
  "/status-links": {
    post: Answer<{ url: string; token: string; expires_at: string }> & {
      requestBody: {
        content: { "application/json": { endpoint: string; subject: string; expires_in: string; mode?: "test" } };
      };
    };
  };
}

/** The API's client, for statuses. */
export const statusApi = api as unknown as Client<StatusPaths>;

/** What a delivery did. */
export const effectsOf = (delivery: DeliveryDetail): readonly Effect[] =>
  (delivery as { effects?: Effect[] }).effects ?? [];
