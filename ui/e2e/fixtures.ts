import { test as base, expect, type Page } from "@playwright/test";
import { type Endpoint, Hookbeam } from "./hookbeam";
import { ReverseProxy } from "./proxy";

/** Mount is where a browser finds Hookbeam. */
export type Mount = { prefix: string; proxied: boolean; strip: boolean };

/** Options of the projects and of single files. */
export type Mounted = {
  mounted: Mount;
  /** Puts a proxy in between even where the project has none, so that the cable can be cut. */
  cable: boolean;
};

type Site = {
  hookbeam: Hookbeam;
  proxy: ReverseProxy;
  first: Endpoint;
  /** The dashboard's address, with a slash at its end. */
  url: string;
  /** What the browser may complain of in this test, because the test breaks it on purpose. */
  expected: RegExp[];
};

/**
 * test gives each test a Hookbeam of its own and a page that is logged in. After each, the browser must have had
 * nothing to complain of: no error, no report of the content policy, no dialog, no request to anyone else.
 */
export const test = base.extend<Mounted & { site: Site }>({
  mounted: [{ prefix: "/", proxied: false, strip: false }, { option: true }],
  cable: [false, { option: true }],

  site: async ({ mounted, cable }, use) => {
    const proxy = new ReverseProxy(mounted.prefix, mounted.strip);
    const proxied = mounted.proxied || cable;
    if (proxied) await proxy.listen();
    const hookbeam = await Hookbeam.start(proxied ? proxy.origin + mounted.prefix : undefined);
    proxy.target = hookbeam.port;
    try {
      await use({
        hookbeam,
        proxy,
        first: await hookbeam.first(),
        url: proxied ? proxy.origin + mounted.prefix : `http://127.0.0.1:${hookbeam.port}/`,
        expected: [],
      });
    } finally {
      await hookbeam.remove();
      if (proxied) await proxy.cut();
    }
  },

  page: async ({ page, site }, use) => {
    const complaints = listen(page, new URL(site.url).origin);
    await page.goto(site.hookbeam.login);
    await use(page);
    const unexpected = complaints.filter((complaint) => !site.expected.some((pattern) => pattern.test(complaint)));
    expect(unexpected, "what the browser complained of").toEqual([]);
  },
});

export { expect };

/** Collects, from now on, whatever should not happen in a page. */
function listen(page: Page, origin: string): string[] {
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning")
      complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => complaints.push(`uncaught: ${error.message}`));
  page.on("dialog", (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    const url = new URL(request.url());
    const own = url.origin === origin || url.protocol === "data:" || url.protocol === "blob:";
    if (!own) complaints.push(`request outside: ${request.url()}`);
  });
  return complaints;
}

/** What a browser says on its console when a connection breaks; expected where a test breaks it. */
export const brokenConnection = /net::ERR_|WebSocket connection to|Failed to load resource/;
