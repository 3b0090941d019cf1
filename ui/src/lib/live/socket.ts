import { readFrame } from "./frame";
import type { Loss, Receiver, Stream, Transport } from "./transport";

/** The server is going down and asks to come back (RFC 6455, registry of close codes). */
const serviceRestart = 1012;

/** Frames over a WebSocket. `url` is the address without a query. */
export function socketTransport(url: string, Socket: typeof WebSocket = WebSocket): Transport {
  return {
    open(after: string, receiver: Receiver): Stream {
      let socket: WebSocket | undefined;
      let open = true;
      let opened = false;
      const end = (loss?: Loss) => {
        if (!open) return;
        open = false;
        socket?.close();
        if (loss) receiver.lost(loss);
      };
      try {
        socket = new Socket(`${url}?after=${encodeURIComponent(after)}`);
      } catch {
        queueMicrotask(() => end({ kind: "failed", cause: "The browser allows no live connection." }));
        return { close: () => end() };
      }
      socket.onmessage = ({ data }: MessageEvent<unknown>) => {
        if (!open) return;
        const frame = typeof data === "string" ? readFrame(data) : undefined;
        if (frame) receiver.frame(frame);
        else end({ kind: "failed", cause: "The server sent something that this page cannot read." });
      };
      socket.onopen = () => {
        opened = true;
      };
      socket.onclose = ({ code }: CloseEvent) => end({ kind: "failed", cause: causeOf(code, opened) });
      return { close: () => end() };
    },
  };
}

function causeOf(code: number, opened: boolean): string {
  if (code === serviceRestart) return "The server is restarting.";
  return opened ? "The live connection broke." : "No live connection can be made.";
}

/** The address of the live socket that belongs to a page. */
export function socketUrl(page: { protocol: string; host: string }, base: string): string {
  return `${page.protocol === "https:" ? "wss:" : "ws:"}//${page.host}${base}api/v1/live`;
}
