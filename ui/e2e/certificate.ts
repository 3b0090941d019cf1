import { createSign, generateKeyPairSync, type KeyObject } from "node:crypto";

/** A certificate as PayPal has one, made for one test, with its private key. */
export function certificate(): { pem: string; key: KeyObject } {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const sha256WithRsa = hex("300d06092a864886f70d01010b0500");
  const nobody = der(0x30);
  const body = der(
    0x30,
    der(0xa0, hex("020102")), // version 3
    hex("020101"), // its number
    sha256WithRsa,
    nobody,
    der(0x30, der(0x17, Buffer.from("200101000000Z")), der(0x17, Buffer.from("491231235959Z"))),
    nobody,
    publicKey.export({ type: "spki", format: "der" }),
  );
  const sum = createSign("sha256").update(body).sign(privateKey);
  const whole = der(0x30, body, sha256WithRsa, der(0x03, hex("00"), sum)).toString("base64");
  const lines = whole.replace(/.{64}/g, "$&\n").trimEnd();
  return { pem: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`, key: privateKey };
}

const hex = (text: string) => Buffer.from(text, "hex");

/** One value of ASN.1 (X.690): its tag, its length, and what is in it. */
function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const n = content.length;
  const length = n < 128 ? [n] : n < 256 ? [0x81, n] : [0x82, n >> 8, n & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}
