import type { components } from "../../lib/api.gen";

type Schemas = components["schemas"];

/** Where a subject stands: a known word, or one of an endpoint's own. */
export type State = string;
/** Where a subject stands now. */
export type Status = Schemas["Status"];
/** A status with how it came there. */
export type StatusDetail = Schemas["StatusDetail"];
/** What one event did to one subject. */
export type Effect = Schemas["Effect"];
/** One change of state. */
export type Step = Schemas["StatusStep"];
/** When a page first showed a state to somebody. */
export type Impression = Schemas["Impression"];
export type Tone = Status["tone"];
export type SubjectKind = Status["kind"];

/** Which statuses a list shows. What is absent lets everything through; `endpoint` is an id. */
export interface StatusFilter {
  kind?: SubjectKind;
  endpoint?: string;
  state?: State;
  mode?: "live" | "test";
  q?: string;
}
