import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import http from "node:http";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** The one that was built, or another one to be tested. */
const binary = process.env["HOOKBEAM_BINARY"] ?? fileURLToPath(new URL("../../bin/hookbeam", import.meta.url));
const token = "an administrator's token for tests";

/** Stored is what a sender is answered. */
export type Stored = { id: string; seq: number };

/** Delivery is as much of the API's delivery as the tests look at. */
export type Delivery = { id: string; seq: number; path: string; verdict: string };

/** Endpoint is as much of the API's endpoint as the tests look at. */
export type Endpoint = { id: string; name: string; url: string };

/**
 * Returns a port for a server that is stopped and started again. Nothing reserves it meanwhile, so it is below those
 * that the usual systems give to outgoing connections, of which a browser opens many.
 */
async function freePort(): Promise<number> {
  const lowest = 10_240;
  const ephemeral = 32_768;
  for (;;) {
    const port = lowest + Math.floor(Math.random() * (ephemeral - lowest));
    const server = net.createServer().listen(port, "127.0.0.1");
    try {
      await once(server, "listening");
    } catch {
      continue; // in use
    }
    server.close();
    await once(server, "close");
    return port;
  }
}

/** Hookbeam is the real binary on a port and a data folder of its own. */
export class Hookbeam {
  /** The address with the one-time login that the last start printed. */
  login = "";
  readonly port: number;
  readonly #data: string;
  readonly #publicUrl: string | undefined;
  readonly #agent = new http.Agent({ keepAlive: true, maxSockets: 16 });
  #child: ChildProcess | undefined;

  private constructor(data: string, port: number, publicUrl: string | undefined) {
    this.#data = data;
    this.port = port;
    this.#publicUrl = publicUrl;
  }

  /** Starts a new one. publicUrl is where a reverse proxy shows it; without one it is reached directly. */
  static async start(publicUrl?: string): Promise<Hookbeam> {
    const hookbeam = new Hookbeam(await mkdtemp(join(tmpdir(), "hookbeam-")), await freePort(), publicUrl);
    await hookbeam.run();
    return hookbeam;
  }

  /** Runs the binary on the same folder, and on the same port as before; returns when it has printed its login. */
  async run(): Promise<void> {
    this.login = "";
    const args = ["serve", "--listen", `127.0.0.1:${this.port}`, "--data", this.#data];
    args.push("--rate-endpoint", "0", "--rate-address", "0");
    if (this.#publicUrl) args.push("--public-url", this.#publicUrl);
    const child = spawn(binary, args, {
      env: { PATH: process.env["PATH"], HOOKBEAM_ADMIN_TOKEN: token },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    const complaints: string[] = [];
    child.stderr?.on("data", (chunk: Buffer) => complaints.push(chunk.toString()));
    child.on("error", (error) => complaints.push(error.message));
    for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
      const found = /https?:\/\/\S+\/login\/\S+/.exec(line);
      if (found) {
        this.login = found[0];
        break;
      }
    }
    child.stdout?.resume();
    if (!this.login) throw new Error(`hookbeam did not start:\n${complaints.join("")}`);
  }

  /** Ends it as a crash would. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  }

  /** Ends it and removes its folder. */
  async remove(): Promise<void> {
    await this.kill();
    this.#agent.destroy();
    await rm(this.#data, { recursive: true, force: true });
  }

  /** Sends a webhook to an endpoint's address, past any proxy, and returns what was answered; 2xx only. */
  async send(
    endpoint: Endpoint,
    what: { path?: string; body?: string | Buffer; headers?: http.OutgoingHttpHeaders; method?: string } = {},
  ): Promise<Stored> {
    const slug = endpoint.url.slice(endpoint.url.lastIndexOf("/in/"));
    const { status, body } = await this.#request(
      what.method ?? "POST",
      slug + (what.path ?? ""),
      what.headers ?? { "Content-Type": "application/json" },
      what.body ?? "{}",
    );
    if (status < 200 || status > 299) throw new Error(`the webhook was answered ${status}: ${body}`);
    return JSON.parse(body) as Stored;
  }

  /** Calls the API as an administrator, past any proxy. */
  async api<T>(method: string, path: string, content?: unknown): Promise<T> {
    const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
    const { status, body } = await this.#request(
      method,
      `/api/v1${path}`,
      headers,
      content === undefined ? "" : JSON.stringify(content),
    );
    if (status < 200 || status > 299) throw new Error(`${method} ${path} was answered ${status}: ${body}`);
    return (body ? JSON.parse(body) : undefined) as T;
  }

  /** The endpoint that the first start made. */
  async first(): Promise<Endpoint> {
    const { endpoints } = await this.api<{ endpoints: Endpoint[] }>("GET", "/endpoints");
    const first = endpoints.find((endpoint) => endpoint.name === "first");
    if (!first) throw new Error("there is no endpoint named first");
    return first;
  }

  /** Every delivery, newest first. */
  async deliveries(): Promise<Delivery[]> {
    const all: Delivery[] = [];
    let before = "";
    do {
      const page = await this.api<{ deliveries: Delivery[]; next?: string }>(
        "GET",
        `/deliveries?limit=500${before && `&before=${encodeURIComponent(before)}`}`,
      );
      all.push(...page.deliveries);
      before = page.next ?? "";
    } while (before);
    return all;
  }

  #request(
    method: string,
    path: string,
    headers: http.OutgoingHttpHeaders,
    body: string | Buffer,
  ): Promise<{ status: number; body: string }> {
    return new Promise((resolve, reject) => {
      const request = http.request(
        { host: "127.0.0.1", port: this.port, method, path, headers, agent: this.#agent },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on("data", (chunk: Buffer) => chunks.push(chunk));
          answer.on("end", () => resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
          answer.on("error", reject);
        },
      );
      request.on("error", reject);
      request.end(body);
    });
  }
}
