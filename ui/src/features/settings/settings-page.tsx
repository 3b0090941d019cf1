import { queryOptions, useMutation, useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { Button } from "../../components/button";
import { Copy } from "../../components/copy";
import { ErrorNote } from "../../components/error-note";
import { PageHeader } from "../../components/page-header";
import { Segmented } from "../../components/segmented";
import { Time } from "../../components/time";
import { toast } from "../../components/toast";
import { api, unwrap } from "../../lib/api";
import { at, boot } from "../../lib/boot";
import { chooseTheme, currentTheme, type Theme } from "../../lib/theme";

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

/** The viewer's own settings, their session, and which Hookbeam this is. */
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
        <dl className="max-w-[640px] divide-y divide-line px-4">
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
        </dl>
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

function Setting({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="grid min-h-12 grid-cols-[120px_minmax(0,1fr)] items-center gap-4 py-2 max-md:grid-cols-1 max-md:gap-1">
      <dt className="text-text-2">{name}</dt>
      <dd className="flex min-w-0 items-center gap-2">{children}</dd>
    </div>
  );
}
