// What a status link would show its holder, as the server answers it.

import { queryOptions } from "@tanstack/react-query";
import { statusKeys } from "../../entities/status/queries";
import type { Status } from "../../entities/status/status";
import { api, unwrap } from "../../lib/api";

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

/** A token for previews. It is never shown or copied. */
export const previewTokenQuery = ({ endpoint, mode }: Pick<Status, "endpoint" | "mode">, subject: string) =>
  queryOptions({
    queryKey: ["status-links", endpoint, subject, mode ?? "live"],
    queryFn: async () => {
      const body = { endpoint, subject, expires_in: tokenLife, ...(mode === "test" && { mode }) };
      return unwrap(await api.POST("/status-links", { body })).token;
    },
    staleTime: renewAfterMs,
  });

/**
 * What the holder of a token sees in one language. It does not count as seen by a customer. `id` is the status that
 * the preview belongs to: its changes have the answer fetched again.
 */
export const publicAnswerQuery = (token: string | undefined, language: string, id: string) =>
  queryOptions({
    queryKey: [...statusKeys.ones, "public", token, language, id],
    queryFn: async ({ signal }) => {
      const params = { path: { token: token ?? "" }, query: { v: "2", lang: language } };
      return unwrap(await api.GET("/status/{token}", { params, signal }));
    },
    enabled: token !== undefined,
  });
