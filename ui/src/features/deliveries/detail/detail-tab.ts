// The names of the tabs of a delivery.

/** The tabs of a delivery, as in the URL. */
export type DetailTab = "body" | "headers" | "verdict" | "effect" | "subject";
