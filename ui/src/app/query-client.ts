import { QueryClient } from "@tanstack/react-query";
import { Problem } from "../lib/problem";

/** The cache of server data. A request is retried only if the server could not be reached. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      networkMode: "always", // what a browser believes of the network is no reason to wait without a word
      retry: (failures, error) =>
        failures < 2 && !(error instanceof Problem && error.status >= 400 && error.status < 500),
      staleTime: 10_000,
    },
    mutations: { networkMode: "always" },
  },
});
