// What a link shows its holder now, as data and as a page.

import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import type { StatusDetail } from "../../entities/status/status";
import type { LinkForm } from "./link-forms";
import { payerPageQuery, previewTokenQuery, publicAnswerQuery } from "./public-answer";

/** What a link of a form shows its holder now, in one language. The list of forms reads its title. */
export function usePublicAnswer(status: StatusDetail, form: LinkForm, language: string) {
  const token = useQuery(previewTokenQuery(status, form));
  return both(token, useQuery(publicAnswerQuery(token.data, language, status.id)));
}

/** The page that the holder of such a link is given. `look` has it fetched again when it changes. */
export function usePayerPage(status: StatusDetail, form: LinkForm, language: string, look: unknown) {
  const token = useQuery(previewTokenQuery(status, form));
  return both(token, useQuery(payerPageQuery(token.data, language, status.id, look)));
}

/** An answer for which a token is needed first: whichever failed is what can be tried again. */
function both<T>(token: UseQueryResult<string>, answer: UseQueryResult<T>) {
  return {
    data: answer.data,
    error: token.error ?? answer.error,
    refetch: token.error ? token.refetch : answer.refetch,
  };
}
