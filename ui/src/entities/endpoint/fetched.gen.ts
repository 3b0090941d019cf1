// Made from docs/api/openapi.json by ui/scripts/extensions.mjs. Do not edit it.

/** What the server fetches in place of a secret, by provider, and the settings with which it does. */
export const fetched: Record<string, { what: string; settings: readonly string[] }> = {
  paypal: {"what":"certificate","settings":["webhook_id"]},
  "aws-sns": {"what":"certificate","settings":["topic_arn"]},
  "azure-event-grid": {"what":"key set","settings":["audience","tenant"]},
};
