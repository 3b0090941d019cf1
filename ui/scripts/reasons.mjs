// Makes what people read about rejection reasons from the API's description, which has it in x-reasons. There are two
// files: rows need the labels at once, the rest is loaded when a delivery is opened.
import { readFileSync, writeFileSync } from "node:fs";

const at = (path) => new URL(path, import.meta.url);
const api = JSON.parse(readFileSync(at("../../docs/api/openapi.json"), "utf8"));
const reasons = api.components.schemas.Reason["x-reasons"];

const write = (name, comment, type, entries) => {
  const lines = entries.map(([code, value]) => `  ${code}: ${JSON.stringify(value)},\n`).join("");
  const text = `// Made from docs/api/openapi.json by ui/scripts/reasons.mjs. Do not edit it.\n\n/** ${comment} */\n`;
  const file = at(`../src/entities/delivery/${name}.gen.ts`);
  writeFileSync(file, `${text}export const ${type} = {\n${lines}};\n`);
};

write(
  "reason-labels",
  "Two or three words for each reason, as a row has them.",
  "reasonLabels: Record<string, string>",
  reasons.map(({ code, label }) => [code, label]),
);
write(
  "reason-texts",
  "A heading, a sentence, and what to do, for each reason.",
  "reasonTexts: Record<string, { title: string; explanation: string; nextSteps: string[] }>",
  reasons.map(({ code, title, explanation, next_steps: nextSteps }) => [code, { title, explanation, nextSteps }]),
);
