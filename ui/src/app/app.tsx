import { QueryClientProvider } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { Link, Redirect, Route, Router, Switch, useLocation } from "wouter";
import { DeliveriesPage } from "../features/deliveries/deliveries-page";
import { FirstRun } from "../features/first-run/first-run";
import { boot } from "../lib/boot";
import { Empty } from "../ui/empty";
import { PageHeader } from "../ui/page-header";
import { ErrorBoundary } from "./error-boundary";
import { Layout } from "./layout";
import { liveCache } from "./live-cache";
import { navItems } from "./nav-items";
import { queryClient } from "./query-client";
import { TabTitle } from "./tab-title";
import { Toasts } from "./toasts";

const EndpointsPage = lazy(async () => ({
  default: (await import("../features/endpoints/endpoints-page")).EndpointsPage,
}));
const StatusesPage = lazy(async () => {
  const [{ StatusesPage }, { statuses }] = await Promise.all([
    import("../features/statuses/statuses-page"),
    import("../features/statuses/statuses"),
  ]);
  liveCache.feedStatuses(statuses);
  return { default: StatusesPage };
});
const OperationsPage = lazy(async () => ({
  default: (await import("../features/operations/operations-page")).OperationsPage,
}));
const SettingsPage = lazy(async () => ({ default: (await import("../features/settings/settings-page")).SettingsPage }));

/** The dashboard. */
export function App() {
  return (
    <QueryClientProvider client={queryClient}>
      <Router base={boot.base.replace(/\/$/, "")}>
        <Layout>
          <Screens />
        </Layout>
      </Router>
      <Toasts />
    </QueryClientProvider>
  );
}

function Screens() {
  const [path] = useLocation();
  const screen = navItems.find((item) => path.startsWith(item.path))?.label ?? "Not found";
  return (
    <ErrorBoundary resetKey={path}>
      <TabTitle screen={screen} />
      <Suspense>
        <Switch>
          <Route path="/deliveries/:id?">
            <DeliveriesPage firstRun={<FirstRun />} />
          </Route>
          <Route path="/statuses/:id?">
            <StatusesPage />
          </Route>
          <Route path="/endpoints/:id?">{({ id }) => <EndpointsPage selected={id} />}</Route>
          <Route path="/operations">
            <OperationsPage />
          </Route>
          <Route path="/settings">
            <SettingsPage />
          </Route>
          <Route path="/">
            <Redirect to="/deliveries" replace />
          </Route>
          <Route>
            <PageHeader title="Not found" />
            <Empty title="There is no such page" text="The link may be older than what it pointed to.">
              <Link href="/deliveries" className="text-beam underline underline-offset-2">
                Go to the deliveries
              </Link>
            </Empty>
          </Route>
        </Switch>
      </Suspense>
    </ErrorBoundary>
  );
}
