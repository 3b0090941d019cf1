// Shows a body that is an image.

import { useEffect, useState } from "react";
import { ErrorNote } from "../../../ui/error-note";

interface ImageViewProps {
  bytes: Uint8Array;
  /** One of the types that browsers draw without running anything. */
  type: string;
}

/** A received image on a chequered background. */
export function ImageView({ bytes, type }: ImageViewProps) {
  const [url, setUrl] = useState<string>();
  const [broken, setBroken] = useState(false);
  useEffect(
    function lendUrl() {
      const lent = URL.createObjectURL(new Blob([bytes as BlobPart], { type }));
      setUrl(lent);
      setBroken(false);
      return () => URL.revokeObjectURL(lent);
    },
    [bytes, type],
  );
  if (broken) {
    return (
      <ErrorNote
        title="This is no image that a browser can draw"
        error={new Error(`It was sent as ${type}. Look at it as hex, or download it.`)}
      />
    );
  }
  return (
    <div className="grid min-h-0 flex-1 place-items-center overflow-auto bg-sunken p-4">
      {url && (
        <img
          src={url}
          alt="As received"
          onError={() => setBroken(true)}
          className="max-h-full max-w-full rounded-sm border border-line bg-surface object-contain"
        />
      )}
    </div>
  );
}
