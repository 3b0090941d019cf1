// @vitest-environment node
import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { asCurl, type Sent } from "./curl";

/** Runs the line with a stand-in for curl, and tells the arguments and the standard input that curl would get. */
function run(sent: Partial<Sent>) {
  const line = asCurl({ method: "POST", url: "http://127.0.0.1/in/a", headers: [], body: new Uint8Array(), ...sent });
  const standIn = `curl() { for a in "$@"; do printf '%s\\0' "$a"; done; case "$*" in *@-) base64;; esac; }\n`;
  const out = execFileSync("sh", ["-c", standIn + line], { encoding: "utf8" });
  const parts = out.split("\0");
  return { args: parts.slice(0, -1), stdin: Buffer.from(parts.at(-1) ?? "", "base64") };
}

const bytes = (text: string) => new TextEncoder().encode(text);

describe("asCurl", () => {
  it("carries what a shell would take apart", () => {
    const body = `{"it's": "$HOME \`x\` \\ !!"}\n\n`;
    const { args } = run({ url: "http://127.0.0.1/in/a?x=1&y='", body: bytes(body) });
    expect(args.slice(0, 3)).toEqual(["-X", "POST", "http://127.0.0.1/in/a?x=1&y='"]);
    expect(args.slice(-2)).toEqual(["--data-raw", body]);
  });

  it("sends every value of a header, in order, and empty ones", () => {
    const headers = [
      { name: "X-A", value: "1" },
      { name: "X-A", value: "2; 'q'" },
      { name: "X-Empty", value: "" },
    ];
    expect(run({ headers }).args.join("|")).toContain("-H|X-A: 1|-H|X-A: 2; 'q'|-H|X-Empty;");
  });

  it("sends the bytes of a header that is not UTF-8", () => {
    const sent = "caf\xe9 %s \\ ' \"$(x)`x`";
    const line = asCurl({
      method: "POST",
      url: "http://127.0.0.1",
      headers: [{ name: "X'`$%A", value: sent, base64: btoa(sent) }],
      body: new Uint8Array(),
    });
    const out = execFileSync("sh", ["-c", `curl() { printf %s "$5"; }\n${line}`], { encoding: "latin1" });
    expect(out).toBe(`X'\`$%A: ${sent}`);
  });

  it("leaves out trailers, which curl does not send", () => {
    expect(run({ headers: [{ name: "X-Sum", value: "1", trailer: true }] }).args.join("|")).not.toContain("X-Sum");
  });

  it("leaves out headers of the hop and those that curl writes", () => {
    const names = ["Host", "Content-Length", "Connection", "Transfer-Encoding", "X-Kept"];
    const { args } = run({ headers: names.map((name) => ({ name, value: "v" })) });
    expect(args.filter((a) => a.endsWith(": v"))).toEqual(["X-Kept: v"]);
  });

  it("stops curl from adding headers that were not sent", () => {
    expect(run({ body: bytes("x") }).args).toEqual(expect.arrayContaining(["Accept:", "User-Agent:", "Content-Type:"]));
  });

  it.each([
    ["NUL", [1, 0, 2]],
    ["no UTF-8", [0xff, 0xfe]],
  ])("sends bytes that are no text by standard input: %s", (_, values) => {
    const { args, stdin } = run({ body: new Uint8Array(values) });
    expect(args.slice(-2)).toEqual(["--data-binary", "@-"]);
    expect([...stdin]).toEqual(values);
  });

  it("names a file where the body is too long for a line", () => {
    expect(run({ body: "dlv_1.bin" }).args.slice(-2)).toEqual(["--data-binary", "@dlv_1.bin"]);
  });

  it("keeps a byte order mark", () => {
    const { args } = run({ body: new Uint8Array([0xef, 0xbb, 0xbf, 0x41]) });
    expect(args.at(-1)).toBe("\ufeffA");
  });
});
