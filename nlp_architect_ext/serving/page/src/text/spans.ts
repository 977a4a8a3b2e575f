/** What a person does to the spans of a line. Spans that don't change stay the same objects. */

import type { Span } from "./lines";

type Spans = readonly Span[];

const overlaps = (span: Span, start: number, end: number): boolean =>
  span.start < end && start < span.end;

/** The span that a word is part of. */
export function spanAt(spans: Spans, word: number): Span | undefined {
  return spans.find((span) => overlaps(span, word, word + 1));
}

/** The spans that some words touch. */
export function touched(spans: Spans, start: number, end: number): Span[] {
  return spans.filter((span) => overlaps(span, start, end));
}

/** Make some words one span. It takes the place of every span that it touches. */
export function assign(spans: Spans, start: number, end: number, label: string): Spans {
  const [same] = touched(spans, start, end);
  if (same && same.start === start && same.end === end && same.label === label && !same.score) {
    return spans;
  }
  return inOrder([...remove(spans, start, end), { start, end, label, score: null }]);
}

/** Leave out every span that some words touch. */
export function remove(spans: Spans, start: number, end: number): Spans {
  const kept = spans.filter((span) => !overlaps(span, start, end));
  return kept.length === spans.length ? spans : kept;
}

/**
 * Move one end of a span by a word: a neighbour that it runs into gets shorter, or goes.
 * The same spans come back where it can't move.
 */
export function resize(
  spans: Spans,
  span: Span,
  edge: "start" | "end",
  by: 1 | -1,
  words: number,
): Spans {
  const moved = { ...span, score: null, [edge]: span[edge] + by };
  if (moved.start < 0 || moved.end > words || moved.start >= moved.end) return spans;
  const others = spans
    .filter((other) => other !== span)
    .map((other) => without(other, moved))
    .filter((other) => other.start < other.end);
  return inOrder([...others, moved]);
}

function without(other: Span, span: Span): Span {
  if (!overlaps(other, span.start, span.end)) return other;
  return other.start < span.start
    ? { ...other, end: span.start, score: null }
    : { ...other, start: span.end, score: null };
}

function inOrder(spans: Span[]): Span[] {
  return spans.sort((one, other) => one.start - other.start);
}

/** Whether two lists hold the same places and types; who said them doesn't matter. */
export function equal(one: Spans, other: Spans): boolean {
  return (
    one.length === other.length &&
    one.every((span, index) => {
      const { start, end, label } = other[index] as Span;
      return span.start === start && span.end === end && span.label === label;
    })
  );
}
