/** What the keys and buttons of the text do, with what to say about it. */

import { type Line, type Span, textOf } from "../text/lines";
import { assign, remove, resize, spanAt, touched } from "../text/spans";
import { meant, type Selection } from "./selection";

export interface Outcome {
  spans: readonly Span[];
  said: string;
}

export type Edge = "start" | "end";

const SHOWN = 60;

function quoted(line: Line, start: number, end: number): string {
  const text = textOf(line, start, end);
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}

const list = (line: Line, spans: readonly Span[]): string =>
  spans.map(({ start, end, label }) => `${label} ${quoted(line, start, end)}`).join(", ");

export function give(
  line: Line,
  shown: readonly Span[],
  selection: Selection,
  label: string,
): Outcome {
  const [start, end] = meant(selection, shown);
  const gone = touched(line.spans, start, end);
  const replaced = gone.filter((span) => span.start !== start || span.end !== end);
  const instead = replaced.length ? ` It takes the place of ${list(line, replaced)}.` : "";
  return {
    spans: assign(line.spans, start, end, label),
    said: `${quoted(line, start, end)} is ${label}.${instead}`,
  };
}

export function take(line: Line, shown: readonly Span[], selection: Selection): Outcome {
  const [start, end] = meant(selection, shown);
  const gone = touched(line.spans, start, end);
  if (gone.length === 0) return { spans: line.spans, said: "There is no entity here." };
  return { spans: remove(line.spans, start, end), said: `${list(line, gone)} removed.` };
}

export function stretch(
  line: Line,
  shown: readonly Span[],
  selection: Selection,
  edge: Edge,
  grow: boolean,
): Outcome {
  const span = spanAt(shown, selection.caret);
  if (!span) return { spans: line.spans, said: "There is no entity here." };
  const by = grow === (edge === "end") ? 1 : -1;
  const spans = resize(line.spans, span, edge, by, line.words.length);
  if (spans === line.spans) {
    const why = grow ? "It can't grow further." : "It has one word: press Delete to remove it.";
    return { spans, said: why };
  }
  const start = span.start + (edge === "start" ? by : 0);
  const end = span.end + (edge === "end" ? by : 0);
  return { spans, said: `${span.label} is now ${quoted(line, start, end)}.` };
}

/** The caret, moved into a span that has become shorter beside it. */
export function within(spans: readonly Span[], before: Span | undefined, caret: number): number {
  if (!before || spanAt(spans, caret)) return caret;
  const rest = spans.find(({ start, end }) => start < before.end && before.start < end);
  if (!rest) return caret;
  return Math.max(rest.start, Math.min(caret, rest.end - 1));
}
