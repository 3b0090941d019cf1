import { useQuery } from "@tanstack/react-query";
import type { StatusDetail } from "../../entities/status/status";
import { previewTokenQuery, publicAnswerQuery } from "./public-answer";

/** What a link by `subject` shows its holder now, in one language. */
export function usePublicAnswer(status: StatusDetail, subject: string, language: string) {
  const token = useQuery(previewTokenQuery(status, subject));
  const answer = useQuery(publicAnswerQuery(token.data, language, status.id));
  return {
    data: answer.data,
    error: token.error ?? answer.error,
    refetch: token.error ? token.refetch : answer.refetch,
  };
}
