import createClient, { type Middleware } from "openapi-fetch";
import type { components, paths } from "./api.gen";
import { at } from "./boot";
import { Problem, toLogin, unreachable } from "./problem";

type Schemas = components["schemas"];
export type Delivery = Schemas["Delivery"];
export type DeliveryDetail = Schemas["DeliveryDetail"];
export type Endpoint = Schemas["Endpoint"];
export type NewEndpoint = Schemas["CreateEndpointRequest"];
export type EndpointPatch = Schemas["UpdateEndpointRequest"];
export type Diagnosis = Schemas["Diagnosis"];
export type Verdict = Delivery["verdict"];

const failures: Middleware = {
  async onResponse({ response }) {
    if (response.ok) return;
    if (response.status === 401) toLogin();
    throw await Problem.from(response);
  },
  onError: ({ error }) => (error instanceof DOMException && error.name === "AbortError" ? error : unreachable(error)),
};

/** The API's client. Whatever is not a success rejects with a Problem; without a session the page goes to the login. */
export const api = createClient<paths>({ baseUrl: at("api/v1") });
api.use(failures);

/** The content of a success: `unwrap(await api.GET("/endpoints"))`. */
export const unwrap = <Content>({ data }: { data?: Content }): Content => data as Content; // errors were thrown
