// What a status link would show its holder: the server’s answer as data, and the server’s page.

import { queryOptions } from "@tanstack/react-query";
import { statusKeys } from "../../entities/status/queries";
import type { Status } from "../../entities/status/status";
import { api, unwrap } from "../../lib/api";
import { at } from "../../lib/boot";
import { formKey, type LinkForm } from "./link-forms";
import { loadPage } from "./payer-page";

/** The languages that the status page is written in. */
export const languages = [
  { value: "en", label: "English" },
  { value: "de", label: "Deutsch" },
  { value: "fr", label: "Français" },
  { value: "es", label: "Español" },
  { value: "hi", label: "हिन्दी" },
];

/** A token lives for an hour and is renewed before it ends. */
const tokenLife = "1h";
const renewAfterMs = 50 * 60 * 1000;

/** The request for a link: to show to customers, or for a preview. */
export const linkRequest = (
  { endpoint, mode }: Pick<Status, "endpoint" | "mode">,
  { subject, account }: LinkForm,
  expiry: string,
) => ({ endpoint, subject, expires_in: expiry, ...(account && { account }), ...(mode === "test" && { mode }) });

/** A token for previews. It is never shown or copied. */
export const previewTokenQuery = (status: Pick<Status, "endpoint" | "mode">, form: LinkForm) =>
  queryOptions({
    queryKey: ["status-links", status.endpoint, formKey(form), status.mode ?? "live"],
    queryFn: async () => unwrap(await api.POST("/status-links", { body: linkRequest(status, form, tokenLife) })).token,
    staleTime: renewAfterMs,
  });

/**
 * What the holder of a token sees in one language. It does not count as seen by a customer. `id` is the status that
 * the preview belongs to: its changes have the answer fetched again.
 */
export const publicAnswerQuery = (token: string | undefined, language: string, id: string) =>
  queryOptions({
    queryKey: [...statusKeys.ones, "public", token, language, id], // the live cache finds the status by the end
    queryFn: async ({ signal }) => {
      const params = { path: { token: token ?? "" }, query: { v: "2", lang: language } };
      return unwrap(await api.GET("/status/{token}", { params, signal }));
    },
    enabled: token !== undefined,
  });

/**
 * The page that the holder of a token is given, in one language. It does not count as seen either, since no browser
 * navigates to it. `look` is whatever decides how the page looks: a change has it fetched again.
 */
export const payerPageQuery = (token: string | undefined, language: string, id: string, look: unknown) =>
  queryOptions({
    queryKey: [...statusKeys.ones, "page", token, language, look, id], // the live cache finds the status by the end
    queryFn: ({ signal }) => loadPage(at(`status/${token}?lang=${language}`), signal),
    enabled: token !== undefined,
    structuralSharing: false, // documents are not compared
  });
