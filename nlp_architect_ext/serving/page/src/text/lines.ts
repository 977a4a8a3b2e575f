/** A tagged text as lines, each a sentence of words with spans. */

import { toUnits } from "./offsets";

/** Where something begins and ends; the end isn't part of it. */
export type Range = readonly [start: number, end: number];

/** An entity as the service says it, with offsets in code points of the whole text. */
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

const LINE_END = /\r\n|\r|\n/g;

/** The lines of a text with their words and entities. An entity across lines becomes one in each. */
export function linesOf(
  text: string,
  words: readonly Range[],
  entities: readonly Entity[],
): Line[] {
  const unit = toUnits(text);
  const inUnits = words.map(([start, end]): Range => [unit(start), unit(end)]);
  const found = entities
    .map((entity) => ({ entity, start: unit(entity.start), end: unit(entity.end) }))
    .sort((one, other) => one.start - other.start);
  let word = 0;
  let next = 0;
  return ranges(text).map(([first, last]) => {
    const own: Range[] = [];
    for (; word < inUnits.length && (inUnits[word] as Range)[0] < last; word++) {
      const [start, end] = inUnits[word] as Range;
      if (start >= first) own.push([start - first, Math.min(end, last) - first]);
    }
    const spans: Span[] = [];
    for (; next < found.length && (found[next]?.start as number) < last; next++) {
      const { entity, start, end } = found[next] as (typeof found)[number];
      const place = snap(own, start - first, end - first);
      if (place && place[0] >= (spans.at(-1)?.end ?? 0)) {
        const [from, to] = place;
        spans.push({ start: from, end: to, label: entity.entity_group, score: entity.score });
      }
      if (end > last) break; // it goes on in the line after
    }
    return { text: text.slice(first, last), words: own, spans };
  });
}

function ranges(text: string): Range[] {
  const found: Range[] = [];
  let start = 0;
  for (const end of text.matchAll(LINE_END)) {
    found.push([start, end.index]);
    start = end.index + end[0].length;
  }
  found.push([start, text.length]);
  return found;
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
