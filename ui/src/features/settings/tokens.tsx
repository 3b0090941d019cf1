// The section of the settings screen with the API tokens: list, creation and revocation.

import { useQuery } from "@tanstack/react-query";
import { KeyRound, X } from "lucide-react";
import { useState } from "react";
import { useEndpointNames } from "../../entities/endpoint/queries";
import { Button } from "../../ui/button";
import { CopyLine } from "../../ui/copy-line";
import { ErrorNote } from "../../ui/error-note";
import { IconButton } from "../../ui/icon-button";
import { Tag } from "../../ui/tag";
import { Time } from "../../ui/time";
import { TokenForm } from "./token-form";
import { type Token, tokensQuery, useRevokeToken } from "./tokens-queries";

/** The tokens of programs. */
export function Tokens() {
  const tokens = useQuery(tokensQuery);
  const revoke = useRevokeToken();
  const [creating, setCreating] = useState(false);
  const [created, setCreated] = useState<Token>();
  const error = tokens.error ?? revoke.error;
  return (
    <section aria-label="API tokens" className="flex flex-col gap-3 px-4 pb-2">
      <h2 className="pt-6 font-semibold">API tokens</h2>
      <p className="text-pretty text-text-2">
        Programs send one as <code className="font-mono text-s">Authorization: Bearer …</code>. A token can do only what
        its scopes allow.
      </p>
      {tokens.data && tokens.data.length > 0 && (
        <ul className="divide-y divide-line rounded-lg border border-line">
          {tokens.data.map((token) => (
            <TokenRow
              key={token.id}
              token={token}
              busy={revoke.isPending}
              onRevoke={() => {
                revoke.mutate(token.id);
                if (created?.id === token.id) setCreated(undefined);
              }}
            />
          ))}
        </ul>
      )}
      {created?.token && (
        <div role="status" className="flex flex-col gap-1">
          <CopyLine text={created.token} what="token" />
          <p className="text-s text-pretty text-wait">
            This is shown once. Put it where “{created.name}” keeps its secrets.
          </p>
        </div>
      )}
      {creating ? (
        <TokenForm
          onCancel={() => setCreating(false)}
          onCreated={(token) => {
            setCreated(token);
            setCreating(false);
          }}
        />
      ) : (
        <Button className="self-start" onClick={() => setCreating(true)}>
          <KeyRound size={13} aria-hidden /> New token
        </Button>
      )}
      {error && (
        <div className="-mx-4">
          <ErrorNote title="Could not do that with the API tokens" error={error} />
        </div>
      )}
    </section>
  );
}

interface TokenRowProps {
  token: Token;
  busy: boolean;
  onRevoke: () => void;
}

/** Revoking a token stops a program, so it is asked twice. */
function TokenRow({ token, busy, onRevoke }: TokenRowProps) {
  const { name, scopes, endpoints, expires_at, last_used_at } = token;
  const [confirming, setConfirming] = useState(false);
  const nameOf = useEndpointNames();
  const expired = Boolean(expires_at && new Date(expires_at) <= new Date());
  return (
    <li className="flex min-h-12 flex-wrap items-center gap-x-3 gap-y-1 px-3 py-2">
      <span className="flex min-w-0 flex-col">
        <span className="flex min-w-0 flex-wrap items-center gap-1.5">
          <b className="min-w-0 truncate font-[550]">{name}</b>
          {scopes?.map((scope) => (
            <Tag key={scope}>{scope}</Tag>
          ))}
          {expired && <Tag tone="bad">expired</Tag>}
        </span>
        <span className="text-s text-pretty text-text-3">
          {endpoints ? endpoints.map(nameOf).join(", ") : "all endpoints"}
          {expires_at && !expired && (
            <>
              {" · until "}
              <Time at={expires_at} form="minute" />
            </>
          )}
          {" · "}
          {last_used_at ? (
            <>
              last used <Time at={last_used_at} form="minute" />
            </>
          ) : (
            "never used"
          )}
        </span>
      </span>
      <span className="ml-auto flex items-center gap-1">
        {confirming ? (
          <>
            <span className="text-s text-text-2">It stops working at once.</span>
            <Button variant="danger" onClick={onRevoke} disabled={busy}>
              Revoke
            </Button>
            <Button variant="quiet" onClick={() => setConfirming(false)}>
              Keep
            </Button>
          </>
        ) : (
          <IconButton label={`Revoke ${name}`} icon={<X size={14} />} onClick={() => setConfirming(true)} />
        )}
      </span>
    </li>
  );
}
