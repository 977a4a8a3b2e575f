// node tag.mjs FOLDER < TEXTS: for each line, a text as a JSON string, a line of what is in it.
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { FILES, openTagger } from "./tagger.js";

const [folder, kernel = new URL("build/tagger.wasm", import.meta.url)] = process.argv.slice(2);
const files = await Promise.all(FILES.map((name) => readFile(`${folder}/${name}`)));
const tagger = await openTagger(await readFile(kernel), files);
for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(tagger.tag(JSON.parse(line)))}\n`);
}
