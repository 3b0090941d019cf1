import type { components } from "../../lib/api.gen";

type Schemas = components["schemas"];

/** What an endpoint's deliveries tell of, and what of it the public may see. */
export type StatusRules = Schemas["StatusRules"];
/** What of them is changed. */
export type StatusRulesChange = Schemas["UpdateStatusRules"];
/** Reads subjects out of deliveries of which nothing is known. */
export type Mapping = Schemas["Mapping"];
/** What one value of a mapping's state means. */
export type MappedState = Schemas["MappedState"];
/** A key that signs status links. Its value is shown once, when it is made. */
export type LinkKey = Schemas["LinkKey"];

/** What a mapping would have made of past deliveries. */
export type MappingTrial = Schemas["MappingTestResult"];
