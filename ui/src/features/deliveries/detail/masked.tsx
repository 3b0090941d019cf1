// Hides a secret value until it is asked for.

import { Eye } from "lucide-react";
import { useEffect, useState } from "react";
import { IconButton } from "../../../ui/icon-button";

/** How long a secret stays readable once it was asked for. */
const shownForMs = 10_000;

/** A secret value, shown as dots. A click shows the value for ten seconds. */
export function Masked({ value, name }: { value: string; name: string }) {
  const [shown, setShown] = useState(false);
  useEffect(
    function hideAgain() {
      if (!shown) return;
      const timer = setTimeout(() => setShown(false), shownForMs);
      return () => clearTimeout(timer);
    },
    [shown],
  );
  if (shown) return <span className="break-all">{value}</span>;
  return (
    <span className="flex items-center gap-1">
      <span aria-hidden>••••••••</span>
      <IconButton
        label={`Show ${name} for ten seconds`}
        icon={<Eye size={13} />}
        onClick={() => setShown(true)}
        className="-my-1.5"
      />
    </span>
  );
}
