// The fields of a form as a table.

import { Bytes } from "../../../ui/bytes";
import { Copy } from "../../../ui/copy";
import type { FormField } from "./form-fields";

/** A form's fields in the order sent; files by name, type and size. */
export function FormTable({ fields }: { fields: FormField[] }) {
  return (
    <div className="min-h-0 flex-1 overflow-auto bg-sunken p-3">
      <dl className="divide-y divide-line rounded-lg border border-line bg-surface font-mono text-s">
        {fields.map((field, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: names repeat, and the list never changes
          <FieldRow key={at} field={field} />
        ))}
      </dl>
    </div>
  );
}

function FieldRow({ field: { name, value, file, size } }: { field: FormField }) {
  return (
    <div className="grid min-h-[33px] grid-cols-[minmax(96px,30%)_1fr] items-start gap-3 py-[7px] pr-1.5 pl-3">
      <dt className="break-words text-note">{name}</dt>
      <dd className="flex min-w-0 items-start justify-between gap-2">
        {file ? (
          <span className="min-w-0 break-words text-text-2">
            {file.name || "unnamed file"} · {file.type} · <Bytes n={size} />
          </span>
        ) : (
          <>
            <div className="max-h-60 min-w-0 overflow-y-auto break-words whitespace-pre-wrap">{value}</div>
            <span className="-my-1.5">
              <Copy text={value} what={name} small />
            </span>
          </>
        )}
      </dd>
    </div>
  );
}
