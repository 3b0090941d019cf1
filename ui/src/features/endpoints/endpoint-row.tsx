// One row of the list of endpoints.

import { Link } from "wouter";
import type { Endpoint } from "../../lib/api";
import { Copy } from "../../ui/copy";
import { Tag } from "../../ui/tag";
import { checkOf } from "./check-of";

interface EndpointRowProps {
  endpoint: Endpoint;
  selected: boolean;
}

/** One endpoint: its name, its URL to copy, and what it verifies. A click anywhere opens it. */
export function EndpointRow({ endpoint, selected }: EndpointRowProps) {
  const { id, name, url, confirmed } = endpoint;
  const check = checkOf(endpoint);
  return (
    <li
      className={
        "relative grid h-11 grid-cols-[minmax(96px,160px)_minmax(0,1fr)_auto] items-center gap-3 " +
        "border-b border-line/60 pr-2 pl-4 max-md:h-14 max-md:grid-cols-[minmax(0,1fr)_auto] " +
        (selected ? "bg-selected shadow-[inset_2px_0_var(--beam)]" : "hover:bg-hover")
      }
    >
      <div className="min-w-0">
        <div className="flex min-w-0 items-center gap-2">
          <Link
            href={`/endpoints/${id}`}
            aria-current={selected ? "true" : undefined}
            className="block truncate font-[550] after:absolute after:inset-0"
          >
            {name}
          </Link>
          {check.tone !== "ok" && (
            <span className="pointer-events-none flex shrink-0 md:hidden">
              <Tag tone={check.tone}>{check.text}</Tag>
            </span>
          )}
        </div>
        <code className="block truncate font-mono text-xs text-text-3 md:hidden">{url}</code>
      </div>
      <code className="truncate font-mono text-s text-text-2 max-md:hidden">{url}</code>
      <div className="relative flex items-center gap-2">
        <span className="pointer-events-none flex gap-1.5 max-md:hidden">
          {confirmed === false && <Tag tone="wait">Not confirmed</Tag>}
          <Tag tone={check.tone}>{check.text}</Tag>
        </span>
        <Copy text={url} what={`address of ${name}`} small />
      </div>
    </li>
  );
}
