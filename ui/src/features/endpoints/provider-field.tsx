// The choice of the provider, with instructions to set up its webhook.

import { useQuery } from "@tanstack/react-query";
import { ChevronsUpDown } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useEndpoints } from "../../entities/endpoint/queries";
import { identifyQuery, type Provider, providerOf } from "../../entities/provider/queries";
import { Field } from "../../ui/field";
import { SenderMark } from "./sender-mark";
import { recent } from "./sender-search";

const SenderPicker = lazy(async () => ({ default: (await import("./sender-picker")).SenderPicker }));

interface ProviderFieldProps {
  providers: readonly Provider[];
  value: string;
  onProvider: (id: string) => void;
}

/** The provider, and how to set up the webhook there. */
export function ProviderField({ providers, value, onProvider }: ProviderFieldProps) {
  const [open, setOpen] = useState(false);
  const [request, setRequest] = useState("");
  const identified = useQuery(identifyQuery(request));
  const endpoints = useEndpoints();
  const chosen = providerOf(providers, value);
  const name = chosen?.name ?? value;
  return (
    <div className="flex flex-col gap-2">
      <Field label="Sender">
        {(control) => (
          <button
            {...control}
            type="button"
            aria-haspopup="dialog"
            aria-label={`Sender: ${name}`}
            onClick={() => setOpen(true)}
            className={
              "flex h-9 w-full cursor-pointer items-center gap-2 rounded-md border border-line-strong bg-bg px-1.5 " +
              "text-left text-text pointer-coarse:h-10"
            }
          >
            <SenderMark name={name} />
            <span className="min-w-0 flex-1 truncate">{name}</span>
            <ChevronsUpDown size={14} aria-hidden className="shrink-0 text-text-3" />
          </button>
        )}
      </Field>
      {open && (
        <Suspense>
          <SenderPicker
            providers={providers}
            recent={recent(endpoints.data ?? [])}
            onRequest={setRequest}
            identified={identified}
            onChoose={onProvider}
            onClose={() => {
              setOpen(false);
              setRequest("");
            }}
          />
        </Suspense>
      )}
      {chosen && (
        <ol
          aria-label={`How to set up ${chosen.name}`}
          className={
            "list-decimal space-y-1 rounded-lg border border-line bg-surface py-2.5 pr-3 pl-7 " +
            "text-pretty text-text-2 marker:text-text-3"
          }
        >
          {chosen.steps.map((step) => (
            <li key={step}>{step}</li>
          ))}
        </ol>
      )}
      {chosen && (chosen.grade_note || chosen.source) && (
        <p className="text-s text-pretty text-text-3">
          {chosen.grade_note}{" "}
          {chosen.source && (
            <a
              href={chosen.source}
              target="_blank"
              rel="noreferrer"
              className="text-beam underline-offset-2 hover:underline"
            >
              {chosen.name} about its signature
            </a>
          )}
        </p>
      )}
    </div>
  );
}
