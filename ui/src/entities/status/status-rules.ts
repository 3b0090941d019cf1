// Names for the API’s types of an endpoint’s rules for statuses.

import type { components } from "../../lib/api.gen";

type Schemas = components["schemas"];

/** An endpoint's rules: how statuses are read from its deliveries, and what their public pages show. */
export type StatusRules = Schemas["StatusRules"];
/** A change of some of them. */
export type StatusRulesChange = Schemas["UpdateStatusRules"];
/** Expressions that read subjects from deliveries of a sender without rules of its own. */
export type Mapping = Schemas["Mapping"];
/** What one value of a mapping's state means. */
export type MappedState = Schemas["MappedState"];
/** A key that signs status links. Its value is shown once, when it is made. */
export type LinkKey = Schemas["LinkKey"];

/** The result of a mapping for past deliveries. */
export type MappingTrial = Schemas["MappingTestResult"];
