/** The tabs of a delivery, as they stand in the address. */
export type DetailTab = "body" | "headers" | "verdict" | "effect" | "subject";
