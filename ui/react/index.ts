export type { Latency, Line, PublicStatus, StatusStep, Tone } from "../embed/status";
export { PaymentStatus, type PaymentStatusProps } from "./payment-status";
export { type Place, usePaymentStatus, type WatchedStatus } from "./use-payment-status";
