export type { Line, PublicStatus, StatusStep, Tone, Usually } from "../embed/status";
export { PaymentStatus, type PaymentStatusProps } from "./payment-status";
export { type Place, usePaymentStatus, type WatchedStatus } from "./use-payment-status";
