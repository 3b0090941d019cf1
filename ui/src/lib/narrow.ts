import { useSyncExternalStore } from "react";

const query = "(max-width: 767px)";

function subscribe(listener: () => void): () => void {
  const media = matchMedia(query);
  media.addEventListener("change", listener);
  return () => media.removeEventListener("change", listener);
}

/** Whether the window is as narrow as a phone's. The same width as the styles' `md`. */
export const useNarrow = () => useSyncExternalStore(subscribe, () => matchMedia(query).matches);
