import { at } from "./boot";

/** An answer that says what went wrong. Its message is for people and says what to do next. */
export class Problem extends Error {
  override name = "Problem";

  constructor(
    /** The HTTP status; 0 where no answer came. */
    readonly status: number,
    /** Stable, for code: `endpoint_not_found`; `unreachable` where no answer came. */
    readonly code: string,
    readonly detail: string,
    options?: ErrorOptions,
  ) {
    super(detail, options);
  }

  /** Reads an answer that is no success. What is no problem document, from a proxy perhaps, is told by its status. */
  static async from(response: Response): Promise<Problem> {
    const { status } = response;
    const content: unknown = await response.json().catch(() => undefined);
    const fields = typeof content === "object" && content !== null ? (content as Record<string, unknown>) : {};
    const code = typeof fields["code"] === "string" ? fields["code"] : "unexpected";
    const detail =
      typeof fields["detail"] === "string" ? fields["detail"] : `The server answered ${status}. Try again.`;
    return new Problem(status, code, detail);
  }
}

/** No answer came at all. */
export function unreachable(cause: unknown): Problem {
  return new Problem(0, "unreachable", "The server cannot be reached. Check the connection and try again.", { cause });
}

/** The session is over: log in again. */
export function toLogin() {
  location.assign(at("login"));
}
