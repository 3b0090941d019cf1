const latencyMs = 5;
const heartbeatMs = 20_000;

type Json = Record<string, unknown>;

/** What a server tells of one token, and the two ways to it, as the contract describes them. Each can be broken. */
export class FakeHookbeam {
  sockets: "work" | "refuse" | "mute" = "work";
  polls: "work" | "refuse" | "swallow" | "slow" | "busy" | "hasty" | "a proxy's 404" = "work";
  /** Sent with `busy`. */
  retryAfter = "";
  gone = false;
  etags = true;
  status: Json;
  /** What each address was asked with: the version and the language. */
  readonly versions = new Set<string>();
  /** Every question: its query beside that, what it knew, and when it came. */
  requests: { query: string; known: string | null; at: number }[] = [];
  dialled: number[] = [];
  /** States that were shown, and how the server heard of it. */
  shown: string[] = [];
  mostAsking = 0;
  readonly addresses = new Set<string>();
  readonly open = new Set<FakeSocket>();
  readonly #asking = new Set<symbol>();
  readonly #held = new Set<() => void>();

  constructor(status: Json = { status: "waiting", final: false }) {
    this.status = status;
  }

  /** Something happened. */
  become(status: Json) {
    this.status = status;
    for (const socket of this.open) socket.sendStatus();
    for (const answer of [...this.#held]) answer();
  }

  /** Ends every socket, as a proxy or a restart does. */
  cut(code = 1006) {
    for (const socket of [...this.open]) socket.end(code);
  }

  /** Every socket stays open and says nothing more. */
  silence() {
    for (const socket of this.open) socket.silent = true;
  }

  get etag() {
    return `"${this.status["status"]}-${this.status["final"]}-${this.gone}"`;
  }

  readonly fetch = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const url = new URL(String(input));
    const known = new Headers(init.headers).get("If-None-Match");
    const query = this.note(url);
    this.requests.push({ query, known, at: Date.now() });
    const signal = init.signal ?? new AbortController().signal;
    const question = Symbol();
    this.#asking.add(question);
    this.mostAsking = Math.max(this.mostAsking, this.#asking.size);
    const end = () => this.#asking.delete(question);
    signal.addEventListener("abort", end);
    return this.#answer(url.searchParams, known, signal).finally(end);
  };

  /** Notes an address and what it was asked with; returns the rest of its query. */
  note(url: URL): string {
    const rest = url.search.replace(/^\?v=2(&lang=[^&]*)?&?/, "?").replace(/^\?$/, "");
    this.addresses.add(url.href.slice(0, url.href.length - url.search.length));
    this.versions.add(url.search.slice(0, url.search.length - rest.length).replace(/&$/, "") || url.search);
    return rest;
  }

  async #answer(query: URLSearchParams, known: string | null, signal: AbortSignal): Promise<Response> {
    await pause(latencyMs, signal);
    if (this.polls === "refuse") throw new TypeError("Failed to fetch");
    if (this.polls === "slow") return this.#slowly();
    if (this.polls === "swallow") await pause(3_600_000, signal);
    if (this.polls === "busy") return new Response("", { status: 503, headers: { "Retry-After": this.retryAfter } });
    if (this.polls === "a proxy's 404") return new Response("404 page not found", { status: 404 });
    const shown = query.get("shown");
    if (shown) this.shown.push(`${shown} by poll`);
    const wait = this.polls === "hasty" ? 0 : Number.parseInt(query.get("wait") ?? "0", 10) * 1000;
    if (known === this.etag && wait > 0) await this.#hold(wait, signal);
    if (this.gone) return Response.json({ status: 404, code: "not_found" }, { status: 404 });
    if (known === this.etag) return new Response(null, { status: 304 });
    return Response.json(this.status, this.etags ? { headers: { ETag: this.etag } } : {});
  }

  /** What it knows now, in two seconds. It does not even notice that nobody waits for it any more. */
  async #slowly(): Promise<Response> {
    const { status } = this;
    await pause(2000);
    return Response.json(status);
  }

  #hold(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((done, refuse) => {
      const answer = () => {
        this.#held.delete(answer);
        clearTimeout(timer);
        done();
      };
      const timer = setTimeout(answer, ms);
      this.#held.add(answer);
      signal.addEventListener("abort", () => {
        this.#held.delete(answer);
        clearTimeout(timer);
        refuse(signal.reason);
      });
    });
  }

  /** To be put in the place of the browser's own. */
  get WebSocket(): typeof WebSocket {
    const server = this;
    return class extends FakeSocket {
      constructor(url: string) {
        super(server, url);
      }
    } as unknown as typeof WebSocket;
  }
}

class FakeSocket {
  onmessage: ((event: { data: unknown }) => void) | undefined;
  onclose: ((event: { code: number }) => void) | undefined;
  silent = false;
  #heartbeat: ReturnType<typeof setInterval> | undefined;
  #done = false;

  constructor(
    private readonly server: FakeHookbeam,
    url: string,
  ) {
    server.dialled.push(Date.now());
    server.note(new URL(url));
    setTimeout(() => this.#answer(), latencyMs);
  }

  #answer() {
    if (this.#done) return;
    if (this.server.sockets === "refuse") return this.end(1006);
    this.server.open.add(this);
    if (this.server.sockets === "mute") return;
    this.sendStatus();
    this.#heartbeat = setInterval(() => this.sendStatus(), heartbeatMs);
  }

  sendStatus() {
    this.sendToClient(JSON.stringify(this.server.status));
  }

  sendToClient(data: unknown) {
    if (!this.silent && !this.#done && this.server.sockets === "work") this.onmessage?.({ data });
  }

  send(text: string) {
    if (!this.#done) this.server.shown.push(`${JSON.parse(text).shown} by socket`);
  }

  end(code: number) {
    if (this.#done) return;
    this.close();
    this.onclose?.({ code });
  }

  close() {
    this.#done = true;
    clearInterval(this.#heartbeat);
    this.server.open.delete(this);
  }
}

function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((done, refuse) => {
    const timer = setTimeout(done, ms);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      refuse(signal.reason);
    });
  });
}
