import { lazy, Suspense, useEffect, useSyncExternalStore } from "react";
import { toasts } from "../ui/toast";

const load = () => import("../ui/toaster");
const Toaster = lazy(async () => ({ default: (await load()).Toaster }));

/** Toasts, whose machinery is fetched once the page rests: it must be there when the server no longer is. */
export function Toasts() {
  const any = useSyncExternalStore(toasts.subscribe, toasts.get).length > 0;
  useEffect(function fetchAhead() {
    const timer = setTimeout(() => load().catch(() => {}), 2000); // it is asked for again when it is needed
    return () => clearTimeout(timer);
  }, []);
  return <Suspense>{any && <Toaster />}</Suspense>;
}
