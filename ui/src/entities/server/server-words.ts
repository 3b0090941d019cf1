// The texts for the server’s refusals and warnings.

/** What was refused, by code, for a list with counts. */
const refusals: Record<string, string> = {
  accept_failed: "Connections that could not be accepted",
  address_busy: "Deliveries from an address that had too many under way",
  address_not_allowed: "Deliveries from an address that the endpoint does not allow",
  body_incomplete: "Bodies that ended early",
  body_too_large: "Bodies over the limit",
  body_too_slow: "Bodies that came too slowly",
  busy: "Deliveries while the server was busy",
  cannot_store: "Deliveries that could not be stored",
  connections_exhausted: "Times when no connection was left",
  database_gone: "Deliveries while the database file was gone",
  endpoint_not_confirmed: "Deliveries from the internet to an endpoint that is not confirmed",
  endpoint_not_found: "Requests to an address that no endpoint has",
  forbidden_origin: "Requests from another site",
  headers_too_large: "Requests with headers over the limit",
  login_unknown: "Wrong login codes",
  proxy_not_trusted: "Requests through a proxy that is not trusted",
  rate_address: "Deliveries over the rate limit of an address",
  rate_endpoint: "Deliveries over the rate limit of an endpoint",
  record_damaged: "Reads of a record that was changed on disk",
  request_unreadable: "Requests that are not valid HTTP",
  secret_missing: "Deliveries to an endpoint that has no secret to check with",
  stopping: "Requests while the server was stopping",
  too_many_at_once: "Requests beyond what is answered at once",
  too_many_connections: "Connections beyond the limit",
  too_many_connections_of_address: "Connections beyond the limit of an address",
  too_many_requests: "Requests over a rate limit",
  too_many_sockets: "Live connections beyond the limit",
  too_many_streams: "Requests beyond what is answered at once by HTTP/2",
  too_many_streams_of_address: "Requests of one address beyond what is answered at once by HTTP/2",
  too_many_waiting: "Waiting requests beyond the limit",
  too_many_watchers: "Viewers of a status page beyond the limit",
  unauthenticated: "Requests without a valid login",
};

const warnings: Record<string, string> = {
  certificate_expired: "A certificate has expired",
  certificate_missing: "A certificate could not be obtained",
  certificate_not_renewed: "A certificate could not be renewed",
  certificate_pending: "A certificate is being obtained",
  connections_exhausted: "No connections are left",
  database_gone: "The database file is gone",
  endpoint_not_confirmed: "An endpoint is not confirmed",
  proxy_not_trusted: "A proxy is not trusted",
  record_damaged: "Records were changed on disk",
  secret_missing: "An endpoint has no secret to check with",
};

/** A code that this release has no words for. */
const plain = (code: string) => code.charAt(0).toUpperCase() + code.slice(1).replaceAll("_", " ");

/** The description of a refusal code. */
export const refusalWords = (code: string) => refusals[code] ?? plain(code);

/** The title of a warning. Its detail says what to do. */
export const warningTitle = (code: string) => warnings[code] ?? plain(code);
