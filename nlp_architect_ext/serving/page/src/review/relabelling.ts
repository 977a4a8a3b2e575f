/** Decisions on labels that are suspected, as `nlp-train check_labels --relabel` takes them. */

import type { Item, Labelled, Suspect } from "../service";
import { jsonLine } from "../text/export";
import { labelsOf, type Scheme, spansOf } from "../text/labels";
import { type Line, type Span, textOf } from "../text/lines";
import { remove } from "../text/spans";
import { type Decisions, itemKey } from "./decisions";

/** The accepted sentences of a list, one a line, each with all its labels. */
export function toDecisions(items: readonly Item[], decisions: Decisions, scheme: Scheme): string {
  return items
    .flatMap((item) => {
      const decision = decisions[itemKey(item)];
      if (!item.labelled || decision?.status !== "accepted") return [];
      return [jsonLine(record(item.labelled, decision.line, scheme))];
    })
    .join("");
}

function record({ file, line, labels }: Labelled, decided: Line, scheme: Scheme): object {
  const words = decided.words.map((_, word) => textOf(decided, word, word + 1));
  return {
    file,
    sentence_line: line,
    words,
    start: 0,
    end: words.length,
    given: labels,
    labels: labelsOf(decided, scheme),
  };
}

/** The spans of a sentence once a suggestion is taken. */
export function withSuggestion(
  spans: readonly Span[],
  { start, end, suggested }: Suspect,
  scheme: Scheme,
): Span[] {
  const others = remove(spans, start, end);
  return [...others, ...spansOf(suggested, scheme, start)].sort(
    (one, other) => one.start - other.start,
  );
}

/** Some labels in words, such as `PER “Ada”`. */
export function inWords(
  line: Line,
  labels: readonly string[],
  scheme: Scheme,
  offset: number,
): string {
  const named = spansOf(labels, scheme, offset).map(
    ({ start, end, label }) => `${label} “${textOf(line, start, end)}”`,
  );
  return named.join(", ") || "no entity";
}
