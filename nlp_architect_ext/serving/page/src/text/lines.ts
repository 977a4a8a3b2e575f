/** Sentences, each a line of text with its words and with spans of these. */

import { toUnits } from "./offsets";

/** Where something begins and ends; the end isn't part of it. */
export type Range = readonly [start: number, end: number];

/** An entity as the service says it, with offsets in code points of its text. */
export interface Entity {
  entity_group: string;
  score: number | null;
  word: string;
  start: number;
  end: number;
}

/** An entity of a line, in words. `score` is null where a person has said it. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly label: string;
  readonly score: number | null;
}

/** One sentence. Words are ranges in UTF-16 units of the line's own text. */
export interface Line {
  readonly text: string;
  readonly words: readonly Range[];
  readonly spans: readonly Span[];
}

/** A sentence of the service. Entities snap to words; one that overlaps an earlier one is left out. */
export function lineOf(text: string, words: readonly Range[], entities: readonly Entity[]): Line {
  const unit = toUnits(text);
  const own = words.map(([start, end]): Range => [unit(start), unit(end)]);
  const spans: Span[] = [];
  for (const entity of [...entities].sort((one, other) => one.start - other.start)) {
    const place = snap(own, unit(entity.start), unit(entity.end));
    if (!place || place[0] < (spans.at(-1)?.end ?? 0)) continue;
    const [start, end] = place;
    spans.push({ start, end, label: entity.entity_group, score: entity.score });
  }
  return { text, words: own, spans };
}

/** A line without words. */
export function blankLine(text: string): Line {
  return { text, words: [], spans: [] };
}

/** The lines of a text, each a sentence. */
export function split(text: string): string[] {
  return text.split(/\r\n|\r|\n/);
}

/** The words that a stretch of text touches, or null where it touches none. */
export function snap(words: readonly Range[], start: number, end: number): Range | null {
  const first = lowest(words.length, (index) => (words[index] as Range)[1] > start);
  const after = lowest(words.length, (index) => (words[index] as Range)[0] >= end);
  return first < after ? [first, after] : null;
}

/** The first index for which a condition holds that stays true once it's true. */
function lowest(count: number, holds: (index: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The text of some words of a line, as it stands there. */
export function textOf(line: Line, start: number, end: number): string {
  const first = line.words[start];
  const last = line.words[end - 1];
  return first && last ? line.text.slice(first[0], last[1]) : "";
}

/** How many words the lines have. */
export function countWords(lines: readonly Line[]): number {
  return lines.reduce((sum, line) => sum + line.words.length, 0);
}
