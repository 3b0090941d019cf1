import { X } from "lucide-react";
import { Toast } from "radix-ui";
import { useSyncExternalStore } from "react";
import { Button } from "./button";
import { dismiss, toasts } from "./toast";

/** Where toasts appear. Rendered once, by the app, when there is a first one. */
export function Toaster() {
  const shown = useSyncExternalStore(toasts.subscribe, toasts.get);
  return (
    <Toast.Provider swipeDirection="down" label="Notice">
      {shown.map(({ id, title, text, tone = "plain", action, stayMs }) => (
        <Toast.Root
          key={id}
          duration={stayMs ?? (action ? 10_000 : 4000)}
          onOpenChange={(open) => !open && dismiss(id)}
          className={
            "flex items-center gap-3 rounded-lg border bg-raised py-2 pr-2 pl-3 shadow-(--shadow) " +
            (tone === "bad" ? "border-bad" : "border-line")
          }
        >
          <div className="min-w-0 flex-1">
            <Toast.Title className={`font-[550] ${tone === "bad" ? "text-bad" : "text-text"}`}>{title}</Toast.Title>
            {text && <Toast.Description className="text-s text-text-2">{text}</Toast.Description>}
          </div>
          {action && (
            <Toast.Action asChild altText={action.label} onClick={action.onAct}>
              <Button variant="plain">{action.label}</Button>
            </Toast.Action>
          )}
          <Toast.Close
            aria-label="Dismiss"
            className={
              "grid size-7 shrink-0 cursor-pointer place-items-center rounded-md text-text-3 " +
              "hover:bg-hover hover:text-text"
            }
          >
            <X size={14} />
          </Toast.Close>
        </Toast.Root>
      ))}
      <Toast.Viewport
        className={
          "fixed bottom-4 left-1/2 z-50 flex w-[min(360px,calc(100vw-32px))] -translate-x-1/2 flex-col " +
          "gap-2 outline-none max-md:bottom-[calc(64px+env(safe-area-inset-bottom))]"
        }
      />
    </Toast.Provider>
  );
}
