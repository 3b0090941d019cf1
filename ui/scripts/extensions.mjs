// Makes modules from the extensions of the API's description. x-reasons has what people read about rejection reasons.
// There are two files: rows need the labels at once, the rest is loaded when a delivery is opened. x-fetched has the
// senders whose certificate or keys the server fetches.
import { readFileSync, writeFileSync } from "node:fs";

const at = (path) => new URL(path, import.meta.url);
const api = JSON.parse(readFileSync(at("../../docs/api/openapi.json"), "utf8"));
const reasons = api.components.schemas.Reason["x-reasons"];
const fetched = api.components.schemas.Provider["x-fetched"];

const named = (key) => (/^\w+$/.test(key) ? key : JSON.stringify(key));

const write = (folder, name, comment, type, entries) => {
  const lines = entries.map(([key, value]) => `  ${named(key)}: ${JSON.stringify(value)},\n`).join("");
  const made = "// Made from docs/api/openapi.json by ui/scripts/extensions.mjs. Do not edit it.";
  const text = `${made}\n\n/** ${comment} */\n`;
  const file = at(`../src/entities/${folder}/${name}.gen.ts`);
  writeFileSync(file, `${text}export const ${type} = {\n${lines}};\n`);
};

write(
  "delivery",
  "reason-labels",
  "Two or three words for each reason, as a row has them.",
  "reasonLabels: Record<string, string>",
  reasons.map(({ code, label }) => [code, label]),
);
write(
  "delivery",
  "reason-texts",
  "A heading, a sentence, and what to do, for each reason.",
  "reasonTexts: Record<string, { title: string; explanation: string; nextSteps: string[] }>",
  reasons.map(({ code, title, explanation, next_steps: nextSteps }) => [code, { title, explanation, nextSteps }]),
);
write(
  "endpoint",
  "fetched",
  "What the server fetches in place of a secret, by provider, and the settings with which it does.",
  "fetched: Record<string, { what: string; settings: readonly string[] }>",
  fetched.map(({ provider, what, settings }) => [provider, { what, settings }]),
);
