/**
 * A line cut up for display: parts, which are blocks of their own in a long line, and in them
 * pieces, which are entities or words between them. A browser lays a block out as a whole, so that
 * one of ten thousand words would make every change slow.
 */

import type { Line, Range, Span } from "./lines";

export interface Piece {
  readonly start: number;
  readonly end: number;
  readonly span: Span | null;
}

const OUTSIDE = 40; // words between entities that are drawn at once
const PART = 150; // words after which a part ends with its sentence …
const LONGEST_PART = 300; // … or without

const SENTENCE_END = /[.!?…。！？؟।;]$/;

export function partsOf(line: Line, spans: readonly Span[]): Piece[][] {
  const ends = partEnds(line);
  const parts: Piece[][] = [[]];
  let word = 0;
  let next = 0;
  const add = (end: number, span: Span | null) => {
    parts.at(-1)?.push({ start: word, end, span });
    word = end;
    // An entity across the end of a part stays whole.
    while (word >= (ends[next] ?? Infinity)) next += 1;
    if (next >= parts.length && word < line.words.length) parts.push([]);
  };
  const addOutside = (end: number) => {
    while (word < end) add(Math.min(word + OUTSIDE, ends[next] ?? end, end), null);
  };
  for (const span of spans) {
    addOutside(span.start);
    add(span.end, span);
  }
  addOutside(line.words.length);
  return parts;
}

const known = new WeakMap<readonly Range[], number[]>();

/** The words before which parts end; the same whatever the spans are, so that parts don't move. */
function partEnds({ text, words }: Line): number[] {
  const before = known.get(words);
  if (before) return before;
  const ends: number[] = [];
  let start = 0;
  for (let end = 1; end < words.length; end++) {
    const [first, last] = words[end - 1] as Range;
    const size = end - start;
    if (size < PART) continue;
    if (size < LONGEST_PART && !SENTENCE_END.test(text.slice(first, last))) continue;
    ends.push(end);
    start = end;
  }
  known.set(words, ends);
  return ends;
}
