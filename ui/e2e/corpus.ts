/** Hostile is one request whose parts try to become script, markup or a request when they are shown. */
export type Hostile = { what: string; path: string; body: string | Buffer; headers: Record<string, string> };

// Each snippet would call hit() or fetch /hookbeam-hit, here or at an address where nobody listens.
const away = "http://127.0.0.1:9/hookbeam-hit";
const snippets = [
  "<script>hit()</script>",
  "</script><script>hit()</script>",
  "<ScRiPt src=/hookbeam-hit></sCrIpT>",
  `<script src="${away}"></script>`,
  "<scr<script>ipt>hit()</scr</script>ipt>",
  "<img src=x onerror=hit()>",
  `<img src="${away}">`,
  "<img src=/hookbeam-hit>",
  `<img srcset="${away} 2x">`,
  "<image href=/hookbeam-hit>",
  "<svg onload=hit()>",
  "<svg><script>hit()</script></svg>",
  `<svg><use href="${away}#x"/></svg>`,
  `<svg><image href="${away}"/></svg>`,
  "<svg><animate onbegin=hit() attributeName=x dur=1s>",
  "<svg><foreignObject><body onload=hit()></body></foreignObject></svg>",
  "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=hit()&gt;'>",
  "<math href='javascript:hit()'>click</math>",
  "<body onload=hit()>",
  "<details open ontoggle=hit()>",
  "<video autoplay onplay=hit()><source src=/hookbeam-hit></video>",
  `<audio src="${away}" onerror=hit()>`,
  `<iframe src="${away}"></iframe>`,
  "<iframe srcdoc='<script>parent.hit()</script>'></iframe>",
  "<iframe src='javascript:parent.hit()'></iframe>",
  `<object data="${away}"></object>`,
  `<embed src="${away}">`,
  `<link rel=stylesheet href="${away}">`,
  `<link rel=prefetch href="${away}">`,
  `<style>@import "${away}";</style>`,
  `<style>*{background:url(${away})}</style>`,
  `<div style="background:url('${away}')">x</div>`,
  "<div style=position:fixed;inset:0;z-index:9999>covered</div>",
  `<meta http-equiv=refresh content="0;url=${away}">`,
  `<base href="http://127.0.0.1:9/">`,
  `<form action="${away}"><input autofocus onfocus=hit()></form>`,
  "<input autofocus onfocus=hit()>",
  "<select autofocus onfocus=hit()>",
  "<textarea autofocus onfocus=hit()>",
  "<marquee onstart=hit()>",
  "<a href='javascript:hit()'>click</a>",
  "<a href='data:text/html,<script>hit()</script>'>click</a>",
  `<a ping="${away}" href="#">click</a>`,
  "<x onclick=hit() tabindex=0>click</x>",
  "<template><img src=/hookbeam-hit></template>",
  "<noscript><p title='</noscript><img src=x onerror=hit()>'>",
  "<!--><script>hit()</script-->",
  "<![CDATA[<script>hit()</script>]]>",
  "<?xml-stylesheet href='/hookbeam-hit'?>",
  "<plaintext>",
  '"><img src=x onerror=hit()>',
  "'><img src=x onerror=hit()>",
  "' autofocus onfocus=hit() x='",
  "` onerror=hit() `",
  "javascript:hit()",
  "JaVaScRiPt:hit()",
  "java\tscript:hit()",
  "data:text/html;base64,PHNjcmlwdD5oaXQoKTwvc2NyaXB0Pg==",
  "vbscript:hit()",
  "\\u003cimg src=x onerror=hit()\\u003e",
  "&lt;img src=x onerror=hit()&gt;",
  "%3Cimg%20src%3Dx%20onerror%3Dhit()%3E",
  "+ADw-script+AD4-hit()+ADw-/script+AD4-",
  "{{constructor.constructor('hit()')()}}",
  `$${"{hit()}"}`,
  "#{hit()}",
  "<%= hit() %>",
  "[[hit()]]",
  '{"__proto__":{"innerHTML":"<img src=x onerror=hit()>"}}',
  '{"dangerouslySetInnerHTML":{"__html":"<img src=x onerror=hit()>"}}',
  "[click](javascript:hit())",
  `![x](${away})`,
  '=HYPERLINK("javascript:hit()")',
  "\u202Ehit()\u202C <img src=x onerror=hit()>",
  "\u0000<img src=x onerror=hit()>",
  "\u001B[31m<img src=x onerror=hit()>\u001B[0m",
  "\u2028hit()\u2029",
  "\uFEFF<script>hit()</script>",
];

// What a sender may say the body is. Nothing may be shown as what it claims to be, except pictures as pictures.
const contentTypes = [
  "text/html",
  "text/html; charset=utf-7",
  "application/xhtml+xml",
  "image/svg+xml",
  "text/xml",
  "application/xml",
  "application/xslt+xml",
  "text/css",
  "text/javascript",
  "application/javascript",
  "application/x-www-form-urlencoded",
  "multipart/form-data; boundary=x",
  "multipart/related; boundary=x",
  "message/rfc822",
  "application/pdf",
  "application/x-shockwave-flash",
  "text/markdown",
  "text/event-stream",
  "application/manifest+json",
  "text/cache-manifest",
  "image/png",
  "image/gif",
  "video/mp4",
  "application/octet-stream",
  "application/json; charset=<script>hit()</script>",
  "<img src=x onerror=hit()>",
  '"><script>hit()</script>',
  "",
];

/** corpus returns the requests: every snippet as a JSON value, and every content type with a body that would use it. */
export function corpus(): Hostile[] {
  const json = { "Content-Type": "application/json" };
  const all: Hostile[] = [];
  const add = (what: string, parts: Partial<Omit<Hostile, "what">>) =>
    all.push({ what, path: `/n${all.length}`, body: "{}", headers: json, ...parts });

  for (const snippet of snippets) {
    add(`in a value: ${snippet}`, {
      body: JSON.stringify({ id: snippet, type: snippet, url: snippet, [snippet]: [snippet] }),
    });
    add(`as the whole body: ${snippet}`, { body: snippet, headers: { "Content-Type": "text/html" } });
    const header = Buffer.from(snippet.replace(/[\0\r\n]|\p{Cc}/gu, " ")).toString("latin1");
    add(`in headers: ${snippet}`, {
      headers: {
        ...json,
        "X-Note": header,
        "Webhook-Id": header,
        "X-GitHub-Event": header,
        "User-Agent": header,
        Referer: header,
        Cookie: header,
      },
    });
  }
  for (const type of contentTypes) {
    const body = type.startsWith("multipart/")
      ? '--x\r\nContent-Disposition: form-data; name="<img src=x onerror=hit()>"; ' +
        'filename="<svg onload=hit()>.svg"\r\nContent-Type: text/html\r\n\r\n' +
        "<script>hit()</script>\r\n--x--\r\n"
      : `<svg xmlns="http://www.w3.org/2000/svg" onload="hit()"><script>hit()</script><image href="${away}"/></svg>`;
    add(`as ${type || "nothing"}`, { body, headers: type ? { "Content-Type": type } : {} });
  }
  for (const markup of [
    "<svg/onload=hit()>",
    "%3Cimg%20src=x%20onerror=hit()%3E",
    "javascript:hit()",
    '"onmouseover=hit()//',
  ]) {
    add(`in the path and the query: ${markup}`, { path: `/n${all.length}/${markup}?q=${markup}&${markup}` });
  }
  add("a form", {
    body: `<b>a</b>=<img src=x onerror=hit()>&next=javascript:hit()`,
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
  });
  add("a picture that is none", {
    body: Buffer.from("GIF89a/*<svg onload=hit()>*/=hit()"),
    headers: { "Content-Type": "image/gif" },
  });
  add("broken UTF-8", {
    body: Buffer.from([0xc0, 0x3c, 0x73, 0xff, 0xfe, 0x3c, 0x69, 0x6d, 0x67]),
    headers: { "Content-Type": "text/html" },
  });
  add("nested without end", { body: `${"[".repeat(20_000)}"<img src=x onerror=hit()>"` });
  add("one endless line", { body: JSON.stringify({ line: "<img src=x onerror=hit()>".repeat(8_000) }) });
  add("a file name", {
    headers: { ...json, "Content-Disposition": 'attachment; filename="<img src=x onerror=hit()>.html"' },
  });
  return all;
}
