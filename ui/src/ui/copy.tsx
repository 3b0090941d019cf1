import { Check, Copy as CopyIcon } from "lucide-react";
import { useEffect, useState } from "react";
import { copyText } from "../lib/clipboard";
import { Button } from "./button";
import { IconButton } from "./icon-button";
import { toast } from "./toast";

interface CopyProps {
  /** What is copied. */
  text: string;
  /** What it is, for those who hear the page: "address". */
  what: string;
  /** Only the icon, for dense places. */
  small?: boolean;
}

/** A button that copies, and says so for two seconds. */
export function Copy({ text, what, small = false }: CopyProps) {
  const [copied, setCopied] = useState(0);
  useEffect(
    function sayItForTwoSeconds() {
      if (!copied) return;
      const timer = setTimeout(() => setCopied(0), 2000);
      return () => clearTimeout(timer);
    },
    [copied],
  );

  const copy = async () => {
    if (await copyText(text)) setCopied((n) => n + 1);
    else
      toast({ title: "Your browser did not allow copying", text: "Select the text and copy it by hand.", tone: "bad" });
  };

  return (
    <>
      {small ? (
        <IconButton
          label={copied ? "Copied" : `Copy ${what}`}
          icon={copied ? <Check size={13} className="text-ok" /> : <CopyIcon size={13} />}
          onClick={copy}
        />
      ) : (
        <Button aria-label={`Copy ${what}`} onClick={copy} className="min-w-14">
          {copied ? "Copied" : "Copy"}
        </Button>
      )}
      <span role="status" className="sr-only">
        {copied ? `Copied ${what}` : ""}
      </span>
    </>
  );
}
