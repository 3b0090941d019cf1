// Made from docs/api/openapi.json by ui/scripts/extensions.mjs. Do not edit it.

/** Two or three words for each reason, as a row has them. */
export const reasonLabels: Record<string, string> = {
  secret_missing: "no secret configured",
  signature_missing: "no signature",
  signature_malformed: "malformed signature",
  key_missing: "no matching key",
  timestamp_missing: "no timestamp",
  timestamp_malformed: "malformed timestamp",
  certificate_unavailable: "certificate unavailable",
  certificate_untrusted: "untrusted certificate",
  key_set_unavailable: "key set unavailable",
  key_unknown: "unknown key",
  signature_mismatch: "wrong signature",
  secret_mismatch: "wrong secret",
  timestamp_in_future: "timestamp in the future",
  timestamp_too_old: "timestamp too old",
  handshake_refused: "challenge refused",
  address_not_allowed: "IP address not allowed",
  body_differs: "body differs",
};
