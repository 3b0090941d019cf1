import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import type { ReactNode } from "react";

interface DialogProps {
  open: boolean;
  onClose: () => void;
  title: string;
  /** What it is about, in a sentence; read aloud when it opens. */
  description?: string;
  children: ReactNode;
}

/** The panel itself takes the focus, so that no button looks chosen before anyone chose. */
function focusWhole(event: Event) {
  event.preventDefault();
  if (event.currentTarget instanceof HTMLElement) event.currentTarget.focus();
}

/** A panel above the page that holds the focus until it is closed. On a phone it rises from below. */
export function Dialog({ open, onClose, title, description, children }: DialogProps) {
  return (
    <Radix.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-bg/70" />
        <Radix.Content
          onOpenAutoFocus={focusWhole}
          {...(description ? {} : { "aria-describedby": undefined })}
          className={
            "fixed top-[12vh] left-1/2 z-40 flex max-h-[76vh] w-[min(560px,calc(100vw-32px))] " +
            "-translate-x-1/2 flex-col rounded-lg border border-line bg-raised shadow-(--shadow) " +
            "outline-none max-md:top-auto max-md:bottom-0 max-md:max-h-[90vh] max-md:w-full " +
            "max-md:rounded-b-none"
          }
        >
          <header className="flex items-start gap-3 px-4 pt-4 pb-3">
            <div className="min-w-0 flex-1">
              <Radix.Title className="text-l font-semibold tracking-[-.01em]">{title}</Radix.Title>
              {description && <Radix.Description className="mt-1 text-text-2">{description}</Radix.Description>}
            </div>
            <Radix.Close
              aria-label="Close"
              className={
                "-mt-1 -mr-1 grid size-7 shrink-0 cursor-pointer place-items-center rounded-md text-text-2 " +
                "hover:bg-hover hover:text-text"
              }
            >
              <X size={15} />
            </Radix.Close>
          </header>
          <div className="min-h-0 flex-1 overflow-y-auto px-4 pb-4">{children}</div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
