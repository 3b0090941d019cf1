// A link from one status to another.

import type { ReactNode } from "react";
import { Link, useSearch } from "wouter";

interface OpenStatusProps {
  id: string;
  className: string;
  children: ReactNode;
}

/** Opens another status in the same pane. The filter of the list and the open tab stay. */
export function OpenStatus({ id, className, children }: OpenStatusProps) {
  const search = useSearch();
  return (
    <Link href={`/statuses/${id}${search && `?${search}`}`} className={className}>
      {children}
    </Link>
  );
}
