/** Spans as labels, one a word, and back. */

import type { Line, Span } from "./lines";

/** In `plain` a word has a label of its own, such as its part of speech. */
export type Scheme = "IOB2" | "plain";

const OUTSIDE = "O";

export function labelsOf(line: Line, scheme: Scheme): string[] {
  const labels = line.words.map(() => OUTSIDE);
  for (const { start, end, label } of line.spans) {
    const inside = scheme === "plain" ? label : `I-${label}`;
    labels.fill(inside, start, end);
    labels[start] = scheme === "plain" ? label : `B-${label}`;
  }
  return labels;
}

/** The spans of some labels. The first of them is that of the word `offset`. */
export function spansOf(labels: readonly string[], scheme: Scheme, offset = 0): Span[] {
  const spans: Span[] = [];
  labels.forEach((label, index) => {
    const word = offset + index;
    const last = spans.at(-1);
    if (label === OUTSIDE) return;
    const type = scheme === "plain" ? label : label.slice(2);
    const goesOn =
      scheme === "IOB2" && label.startsWith("I-") && last?.end === word && last.label === type;
    if (goesOn) spans[spans.length - 1] = { ...last, end: word + 1 };
    else spans.push({ start: word, end: word + 1, label: type, score: null });
  });
  return spans;
}
