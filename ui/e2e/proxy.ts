import http from "node:http";
import type { AddressInfo, Socket } from "node:net";
import net from "node:net";

/**
 * ReverseProxy is a proxy as people run one in front of Hookbeam, and the cable to it: it can be cut and restored, and
 * it can refuse WebSockets, as many company networks do.
 */
export class ReverseProxy {
  /** Where requests go on to; set when the binary has its port. */
  target = 0;
  readonly #prefix: string;
  readonly #strip: boolean;
  #server: http.Server;
  #sockets = new Set<Socket>();
  #refusesSockets = false;
  #port = 0;

  constructor(prefix: string, strip: boolean) {
    this.#prefix = prefix;
    this.#strip = strip;
    this.#server = this.#make();
  }

  /** Starts it on a free port, and later again on the same one. */
  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(this.#port, "127.0.0.1", resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Pulls the cable: what is connected breaks, and nothing can connect. */
  async cut(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** Puts the cable back. */
  async restore(): Promise<void> {
    this.#server = this.#make();
    await this.listen();
  }

  /** From now on upgrades are answered 403, and those that are open break. */
  refuseSockets(refuse: boolean): void {
    this.#refusesSockets = refuse;
    if (refuse) for (const socket of this.#sockets) socket.destroy();
  }

  #make(): http.Server {
    const server = http.createServer((request, answer) => this.#forward(request, answer));
    server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
      socket.on("error", () => socket.destroy());
    });
    server.on("upgrade", (request, socket, head) => this.#upgrade(request, socket as Socket, head));
    return server;
  }

  #path(request: http.IncomingMessage): string | undefined {
    const path = request.url ?? "/";
    if (!path.startsWith(this.#prefix)) return undefined;
    return this.#strip ? path.slice(this.#prefix.length - 1) : path;
  }

  #forward(request: http.IncomingMessage, answer: http.ServerResponse): void {
    const path = this.#path(request);
    if (path === undefined) {
      answer.writeHead(404, { "Content-Type": "text/plain" }).end("nothing of Hookbeam's is here");
      return;
    }
    const onward = http.request(
      { host: "127.0.0.1", port: this.target, method: request.method, path, headers: request.headers },
      (came) => {
        answer.writeHead(came.statusCode ?? 502, came.rawHeaders);
        came.pipe(answer);
      },
    );
    onward.on("error", () => {
      if (!answer.headersSent) answer.writeHead(502);
      answer.end();
    });
    answer.on("close", () => onward.destroy());
    request.pipe(onward);
  }

  #upgrade(request: http.IncomingMessage, socket: Socket, head: Buffer): void {
    const path = this.#path(request);
    if (path === undefined || this.#refusesSockets) {
      socket.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
      return;
    }
    const onward = net.connect(this.target, "127.0.0.1", () => {
      const lines = [`${request.method} ${path} HTTP/1.1`];
      for (let i = 0; i < request.rawHeaders.length; i += 2) {
        lines.push(`${request.rawHeaders[i]}: ${request.rawHeaders[i + 1]}`);
      }
      onward.write(`${lines.join("\r\n")}\r\n\r\n`);
      onward.write(head);
      onward.pipe(socket);
      socket.pipe(onward);
    });
    onward.on("error", () => socket.destroy());
    onward.on("close", () => socket.destroy());
    socket.on("close", () => onward.destroy());
  }
}
