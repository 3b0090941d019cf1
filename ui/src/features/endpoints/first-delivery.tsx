// Helps while an endpoint is set up: shows its newest delivery as soon as it arrives.

import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { newestQuery } from "../../entities/delivery/queries";
import { VerdictGlyph } from "../../entities/delivery/verdict-glyph";
import { Reverify } from "../../entities/endpoint/reverify";
import type { Delivery, Endpoint } from "../../lib/api";

interface FirstDeliveryProps {
  endpoint: Endpoint;
  /** Its rules were changed a moment ago: what was counted before is old. */
  changed: boolean;
  /** They are being changed now. */
  saving: boolean;
}

/** Waits for the endpoint's first delivery, and then describes the newest one. */
export function FirstDelivery({ endpoint: { id, would_verify }, changed, saving }: FirstDeliveryProps) {
  const { data: newest } = useQuery(newestQuery(id));
  if (newest === undefined) return null;
  return (
    <>
      <section
        aria-label="What came last"
        role="status"
        className="flex items-start gap-2 rounded-lg border border-line bg-surface px-3 py-2.5"
      >
        {newest ? (
          <>
            <span className="mt-1 grid">
              <VerdictGlyph verdict={newest.verdict} duplicate={false} silent />
            </span>
            <p className="min-w-0 text-pretty break-words">
              {seen(newest)}{" "}
              <Link href={`/deliveries/${newest.id}?tab=verdict`} className="text-beam underline underline-offset-2">
                {newest.verdict === "rejected" ? "See why" : "Look at it"}
              </Link>
            </p>
          </>
        ) : (
          <>
            <span aria-hidden className="mt-1.5 size-2 shrink-0 rounded-full bg-beam motion-safe:animate-pulse" />
            <p className="text-pretty text-text-2">
              Waiting for the first delivery. Give the address to the sender, or send a sample.
            </p>
          </>
        )}
      </section>
      {newest?.verdict === "rejected" && !would_verify && (
        <Reverify key={String(changed)} endpoint={id} disabled={saving} />
      )}
    </>
  );
}

function seen({ type, method, verdict, secret }: Delivery): string {
  if (type === "handshake" || type === "ping")
    return "The sender asked whether the address is there, and was answered.";
  const what = type || `A ${method} request`;
  switch (verdict) {
    case "verified":
      return `${what} came, verified${secret ? ` with “${secret}”` : ""}. It works.`;
    case "unsigned":
      return `${what} came. Nothing was checked: the endpoint has no secret, or its check is off.`;
    case "rejected":
      return `${what} came, and was rejected.`;
  }
}
