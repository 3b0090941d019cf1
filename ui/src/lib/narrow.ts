import { useSyncExternalStore } from "react";

const query = "(max-width: 767px)";

function subscribe(tell: () => void): () => void {
  const media = matchMedia(query);
  media.addEventListener("change", tell);
  return () => media.removeEventListener("change", tell);
}

/** Whether the window is as narrow as a phone's. The same width as the styles' `md`. */
export const useNarrow = () => useSyncExternalStore(subscribe, () => matchMedia(query).matches);
