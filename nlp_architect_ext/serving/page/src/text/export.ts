/** Corrected sentences as files that `nlp-train` and other tools read. */

import { labelsOf, type Scheme } from "./labels";
import { type Line, textOf } from "./lines";
import { toCodePoints } from "./offsets";

/** A file to save; what is in it is made when it's asked for. */
export interface SavedFile {
  title: string;
  ending: string;
  content(): string;
}

export function trainingFiles(lines: () => readonly Line[], scheme: Scheme): SavedFile[] {
  return [
    { title: "CoNLL columns", ending: "txt", content: () => toConll(lines(), scheme) },
    { title: "JSON Lines", ending: "jsonl", content: () => toJsonLines(lines()) },
  ];
}

const CELL = /^[^ \t\r\n]+$/;
const LINE_ENDS = /[\u0085\u2028\u2029]/g; // of other tools, though not of JSON

/** `word<TAB>tag` a line, a blank line after each sentence. */
export function toConll(lines: readonly Line[], scheme: Scheme): string {
  return lines
    .filter((line) => line.words.length > 0)
    .map((line) => `${rows(line, scheme).join("\n")}\n\n`)
    .join("");
}

function rows(line: Line, scheme: Scheme): string[] {
  return labelsOf(line, scheme).map((label, word) => {
    const text = textOf(line, word, word + 1);
    if (!CELL.test(text))
      throw new Error(`The word “${text}” has a space, which columns can't hold.`);
    return `${text}\t${label}`;
  });
}

/** One `{"text", "entities": [{"start", "end", "label"}]}` a sentence, offsets in code points. */
export function toJsonLines(lines: readonly Line[]): string {
  return lines
    .filter((line) => line.words.length > 0)
    .map((line) => jsonLine(record(line)))
    .join("");
}

/** An object on a line that is one line for every tool. */
export function jsonLine(content: object): string {
  const escaped = JSON.stringify(content).replace(
    LINE_ENDS,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `${escaped}\n`;
}

function record(line: Line): object {
  const codePoint = toCodePoints(line.text);
  const entities = line.spans.map(({ start, end, label }) => ({
    start: codePoint((line.words[start] as readonly [number, number])[0]),
    end: codePoint((line.words[end - 1] as readonly [number, number])[1]),
    label,
  }));
  return { text: line.text, entities };
}
