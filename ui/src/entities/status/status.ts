// Names for the API’s types of statuses.

import type { components } from "../../lib/api.gen";

type Schemas = components["schemas"];

/** The state of a subject: a known one, or one that an endpoint defines. */
export type State = string;
/** The current status of a subject. */
export type Status = Schemas["Status"];
/** A status with its timeline and, for an order or reference, its members. */
export type StatusDetail = Schemas["StatusDetail"];
/** The effect of one event on one subject. */
export type Effect = Schemas["Effect"];
/** One change of state. */
export type Step = Schemas["StatusStep"];
/** When a status page first displayed a state. */
export type Impression = Schemas["Impression"];
/** How many statuses are in each state, and how many need review. */
export type StatusCounts = Schemas["StatusCounts"];
/** What the holder of a status link sees. */
export type PublicStatus = Schemas["PublicStatus"];
export type Tone = Status["tone"];
export type SubjectKind = Status["kind"];
/** What a status about money is about: one payment, an order, or the shop's own number. */
export type Level = NonNullable<Status["level"]>;

/** Which statuses a list shows. What is absent lets everything through; `endpoint` is an id. */
export interface StatusFilter {
  kind?: SubjectKind;
  endpoint?: string;
  state?: State;
  mode?: "live" | "test";
  /** A reason why a person should look, or `any` for all of them. */
  review?: string;
  q?: string;
}
