// Formats bytes as a hexadecimal dump.

const perLine = 16;

/** Formats bytes as `offset  hex  text`, sixteen on a line, like `hexdump -C`. */
export function hexDump(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let start = 0; start < bytes.length; start += perLine) {
    const row = bytes.subarray(start, start + perLine);
    let hex = "";
    let text = "";
    for (let i = 0; i < perLine; i++) {
      const byte = row[i];
      if (i === perLine / 2) hex += " ";
      hex += byte === undefined ? "   " : `${byte.toString(16).padStart(2, "0")} `;
      if (byte !== undefined) text += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "·";
    }
    lines.push(`${start.toString(16).padStart(5, "0")}  ${hex} ${text}`);
  }
  return lines.join("\n");
}
