/** Corrected sentences as files that `nlp-train` and other tools read. */

import type { Line } from "./lines";
import { toCodePoints } from "./offsets";

export type Format = "conll" | "jsonl";

export const FORMATS: Record<Format, { title: string; ending: string; write: typeof toConll }> = {
  conll: { title: "CoNLL columns", ending: "txt", write: toConll },
  jsonl: { title: "JSON Lines", ending: "jsonl", write: toJsonLines },
};

const CELL = /^[^ \t\r\n]+$/;
const LINE_ENDS = /[\u0085\u2028\u2029]/g; // of other tools, though not of JSON

/** `word<TAB>tag` a line in the scheme IOB2, a blank line after each sentence. */
export function toConll(lines: readonly Line[]): string {
  return lines
    .filter((line) => line.words.length > 0)
    .map((line) => `${line.words.map((_, word) => row(line, word)).join("\n")}\n\n`)
    .join("");
}

function row(line: Line, word: number): string {
  const [start, end] = line.words[word] as readonly [number, number];
  const text = line.text.slice(start, end);
  if (!CELL.test(text))
    throw new Error(`The word “${text}” has a space, which columns can't hold.`);
  return `${text}\t${tag(line, word)}`;
}

function tag(line: Line, word: number): string {
  const span = line.spans.find(({ start, end }) => start <= word && word < end);
  if (!span) return "O";
  return `${span.start === word ? "B" : "I"}-${span.label}`;
}

/** One `{"text", "entities": [{"start", "end", "label"}]}` a sentence, offsets in code points. */
export function toJsonLines(lines: readonly Line[]): string {
  return lines
    .filter((line) => line.words.length > 0)
    .map((line) => `${record(line)}\n`)
    .join("");
}

function record(line: Line): string {
  const codePoint = toCodePoints(line.text);
  const entities = line.spans.map(({ start, end, label }) => ({
    start: codePoint((line.words[start] as readonly [number, number])[0]),
    end: codePoint((line.words[end - 1] as readonly [number, number])[1]),
    label,
  }));
  return JSON.stringify({ text: line.text, entities }).replace(
    LINE_ENDS,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
