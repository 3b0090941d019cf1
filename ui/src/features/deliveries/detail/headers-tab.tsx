// The tab with the headers of a delivery, and the other parts of its request.

import type { ReactNode } from "react";
import type { DeliveryDetail } from "../../../lib/api";
import { formatMicros, formatUtc } from "../../../lib/format";
import { Copy } from "../../../ui/copy";
import { Time } from "../../../ui/time";
import { escaped, queryPairs } from "./exact-bytes";
import { Masked } from "./masked";
import { isSecretHeader } from "./secret-headers";

const shownOnHover =
  "-my-1.5 opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 pointer-coarse:opacity-100";

/** The request without its body: request line, query, headers, trailers, client and timing. */
export function HeadersTab({ delivery }: { delivery: DeliveryDetail }) {
  const { query, query_base64, method, path, path_base64, host, proto, remote, received_at, took_us } = delivery;
  const headers = delivery.headers.filter(({ trailer }) => !trailer);
  const trailers = delivery.headers.filter(({ trailer }) => trailer);
  const pairs = queryPairs(query ?? "");
  const target = query ? `${path}?${query}` : path;
  return (
    <div className="min-h-0 flex-1 space-y-5 overflow-y-auto p-4">
      <Fields title="Headers" what="all headers" fields={headers} />
      {trailers.length > 0 && <Fields title="Trailers" what="all trailers" fields={trailers} />}
      {pairs.length > 0 && (
        <Table title="Query" count={pairs.length} action={<Copy text={query ?? ""} what="the query" small />}>
          {pairs.map(([name, value], at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: names repeat, and the list never changes
            <Row key={at} name={name} copy={value}>
              {value}
            </Row>
          ))}
          {query_base64 && (
            <Row name="Exact query" copy={escaped(query_base64)}>
              {escaped(query_base64)}
            </Row>
          )}
        </Table>
      )}
      <Table title="Request">
        <Row name="Request" copy={`${method} ${target}`.trim()}>
          {`${method} ${target}`.trim()}
        </Row>
        {path_base64 && (
          <Row name="Exact path" copy={escaped(path_base64)}>
            {escaped(path_base64)}
          </Row>
        )}
        <Row name="Host" copy={host}>
          {host}
        </Row>
        <Row name="Protocol">{proto}</Row>
        <Row name="Caller" copy={remote}>
          {remote}
        </Row>
        <Row name="Received">
          <Time at={received_at} form="moment" />
          <span className="block text-text-3">{formatUtc(new Date(received_at))}</span>
        </Row>
        <Row name="Body arrived in">{formatMicros(took_us)}</Row>
      </Table>
    </div>
  );
}

interface FieldsProps {
  title: string;
  what: string;
  fields: DeliveryDetail["headers"];
}

/** Headers or trailers. A value that is not UTF-8 is followed by its bytes. */
function Fields({ title, what, fields }: FieldsProps) {
  const text = fields.map(({ name, value }) => `${name}: ${value}`).join("\n");
  return (
    <Table title={title} count={fields.length} action={<Copy text={text} what={what} small />}>
      {fields.map(({ name, value, base64 }, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: names repeat, and the list never changes
        <Row key={at} name={name} copy={value}>
          {isSecretHeader(name) ? <Masked value={value} name={name} /> : value}
          {base64 && !isSecretHeader(name) && <span className="block text-text-3">not UTF-8: {escaped(base64)}</span>}
        </Row>
      ))}
    </Table>
  );
}

interface TableProps {
  title: string;
  count?: number;
  action?: ReactNode;
  children: ReactNode;
}

function Table({ title, count, action, children }: TableProps) {
  return (
    <section>
      <div className="mb-1 flex h-7 items-center justify-between">
        <h3 className="text-s font-[550] text-text-2">
          {title} {count !== undefined && <span className="ml-0.5 text-xs font-normal text-text-3">{count}</span>}
        </h3>
        {action}
      </div>
      <dl className="divide-y divide-line rounded-lg border border-line bg-surface font-mono text-s">{children}</dl>
    </section>
  );
}

function Row({ name, copy, children }: { name: string; copy?: string; children: ReactNode }) {
  return (
    <div className="group grid min-h-[33px] grid-cols-[minmax(96px,34%)_1fr] items-start gap-3 py-[7px] pr-1.5 pl-3">
      <dt className="break-words text-text-2">{name}</dt>
      <dd className="flex min-w-0 items-start justify-between gap-2">
        <span className="min-w-0 break-all">{children}</span>
        <span className={shownOnHover}>{copy && <Copy text={copy} what={name} small />}</span>
      </dd>
    </div>
  );
}
