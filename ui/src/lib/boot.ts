/** What the server wrote into the page that carries the dashboard. */
export interface Boot {
  /** Path under which everything lives, with a slash at both ends: `/` or `/hooks/`. */
  base: string;
  /** The address that senders know, without a slash at its end. */
  publicUrl: string;
  version: string;
  /** Lets a style or script element of this page pass its content policy. */
  nonce: string;
}

function read(): Boot {
  if (typeof document === "undefined") return { base: "/", publicUrl: "", version: "", nonce: "" };
  const { base = "/", publicUrl, version = "" } = document.documentElement.dataset;
  const meta = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]');
  return { base, publicUrl: publicUrl || location.origin, version, nonce: meta?.nonce ?? "" };
}

/** Read once, before anything renders. */
export const boot: Boot = read();

/** The address of a path under the base: `at("api/v1/session")`. */
export const at = (path: string) => boot.base + path;
