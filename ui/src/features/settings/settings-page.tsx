// The settings screen.

import { queryOptions, useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import { serverQuery } from "../../entities/server/queries";
import { warningTitle } from "../../entities/server/server-words";
import { api, unwrap } from "../../lib/api";
import { at, boot } from "../../lib/boot";
import { chooseTheme, currentTheme, type Theme } from "../../lib/theme";
import { Button } from "../../ui/button";
import { Callout } from "../../ui/callout";
import { Copy } from "../../ui/copy";
import { ErrorNote } from "../../ui/error-note";
import { PageHeader } from "../../ui/page-header";
import { Segmented } from "../../ui/segmented";
import { Skeleton } from "../../ui/skeleton";
import { Time } from "../../ui/time";
import { toast } from "../../ui/toast";
import { Refused } from "./refused";
import { Setting, Settings } from "./setting";
import { Storage } from "./storage";
import { Tokens } from "./tokens";

const sessionKeys = { present: ["session"] as const };

const sessionQuery = queryOptions({
  queryKey: sessionKeys.present,
  queryFn: async ({ signal }) => unwrap(await api.GET("/session", { signal })),
});

const themes = [
  { value: "system", label: "System" },
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
] as const;

/** Theme, session, URL and version, and what the server stores and refused. */
export function SettingsPage() {
  const [theme, setTheme] = useState(currentTheme);
  const choose = (next: Theme) => {
    chooseTheme(next);
    setTheme(next);
  };
  return (
    <div className="flex min-h-0 min-w-0 flex-1 flex-col">
      <PageHeader title="Settings" />
      <div className="min-h-0 flex-1 overflow-y-auto bg-surface">
        <div className="max-w-[640px]">
          <Warnings />
          <Settings>
            <Setting name="Theme">
              <Segmented label="Theme" choices={themes} value={theme} onValue={choose} />
            </Setting>
            <Session />
            <Setting name="Address">
              <code className="min-w-0 truncate font-mono text-s">{boot.publicUrl}</code>
              <Copy text={boot.publicUrl} what="address" small />
            </Setting>
            <Setting name="Version">
              <code className="min-w-0 truncate font-mono text-s">{boot.version}</code>
            </Setting>
          </Settings>
          <p className="px-4 pt-3 md:hidden">
            <Link href="/operations" className="text-beam underline underline-offset-2">
              Operations: rates, latencies and limits
            </Link>
          </p>
          <Tokens />
          <ServerFacts />
        </div>
      </div>
    </div>
  );
}

function Session() {
  const session = useQuery(sessionQuery);
  const logOut = useMutation({
    mutationFn: async () => unwrap(await api.DELETE("/session")),
    onSuccess: () => location.assign(at("login")),
    onError: (error) => toast({ title: "Could not log out", text: error.message, tone: "bad" }),
  });
  if (session.isError && !session.data) {
    return (
      <ErrorNote title="Could not load your session" error={session.error} onRetry={() => void session.refetch()} />
    );
  }
  return (
    <Setting name="Session">
      <span className="min-w-0 flex-1 text-text-2">
        {session.data && (
          <>
            Logged in as <b className="font-[550] text-text">{session.data.login}</b>
            {session.data.expires_at && (
              <>
                {" "}
                until <Time at={session.data.expires_at} form="minute" />
              </>
            )}
          </>
        )}
      </span>
      <Button onClick={() => logOut.mutate()} disabled={logOut.isPending}>
        Log out
      </Button>
    </Setting>
  );
}

function ServerFacts() {
  const server = useQuery(serverQuery);
  if (server.isPending) return <Skeleton what="the server’s facts" rows={4} />;
  if (!server.data) {
    return (
      <ErrorNote
        title="Could not load what the server keeps"
        error={server.error}
        onRetry={() => void server.refetch()}
      />
    );
  }
  return (
    <>
      <Storage storage={server.data.storage} tooMuch={server.data.too_much} />
      <Refused refused={server.data.refused} />
    </>
  );
}

/** The warnings of the server, above everything else. */
function Warnings() {
  const { data } = useQuery(serverQuery);
  if (!data || data.warnings.length === 0) return null;
  return (
    <div className="flex flex-col gap-2 px-4 pt-4 pb-2">
      {data.warnings.map(({ code, detail }) => (
        <Callout key={code + detail} tone="wait" title={warningTitle(code)}>
          {detail}
        </Callout>
      ))}
    </div>
  );
}
