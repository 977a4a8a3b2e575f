/** A line of text as words to choose from, some of them in entities. */

import type { VNode } from "preact";
import { VERDICTS, type Verdict } from "../text/compare";
import type { Line, Range, Span } from "../text/lines";
import { memo } from "./memo";
import { lookOf, shownScore } from "./types";

/** Words outside of entities are drawn in pieces, so that a step in a long text redraws one. */
const PIECE = 40;

interface LineProps {
  line: Line;
  /** The spans that are shown, which may be fewer than the line has. */
  spans: readonly Span[];
  types: readonly string[];
  minimum: number;
  verdicts: ReadonlyMap<Span, Verdict> | null;
  selected: Range | null;
  /** The word that Tab leads to, if it's in this line. */
  stop: number;
}

export function Words({ line, spans, types, minimum, verdicts, selected, stop }: LineProps) {
  const drawn: (VNode | string)[] = [];
  let word = 0;
  const add = (end: number, span: Span | null) => {
    drawn.push(gapBefore(line, word));
    const isHere = stop >= word && stop < end;
    const [from, to] = selected ?? [0, 0];
    const isTouched = from < end && word < to;
    drawn.push(
      <Segment
        key={`${span ? "entity" : "words"}${word}`}
        text={line.text}
        words={line.words}
        start={word}
        end={end}
        span={span}
        types={types}
        isLow={span !== null && isLow(span, minimum)}
        verdict={(span && verdicts?.get(span)) ?? null}
        from={isTouched ? from : -1}
        to={isTouched ? to : -1}
        stop={isHere ? stop : -1}
      />,
    );
    word = end;
  };
  const addOutside = (end: number) => {
    while (word < end) add(Math.min(word + PIECE, end), null);
  };
  for (const span of spans) {
    addOutside(span.start);
    add(span.end, span);
  }
  addOutside(line.words.length);
  drawn.push(line.text.slice(line.words.at(-1)?.[1] ?? 0));
  return <>{drawn}</>;
}

export function isLow(span: Span, minimum: number): boolean {
  return span.score !== null && span.score < minimum;
}

function gapBefore(line: Line, word: number): string {
  return line.text.slice(line.words[word - 1]?.[1] ?? 0, line.words[word]?.[0]);
}

interface SegmentProps {
  text: string;
  words: readonly Range[];
  start: number;
  end: number;
  span: Span | null;
  types: readonly string[];
  isLow: boolean;
  verdict: Verdict | null;
  from: number;
  to: number;
  stop: number;
}

const Segment = memo((props: SegmentProps) => {
  const { text, words, start, end, span, from, to, stop } = props;
  const drawn: (VNode | string)[] = [];
  for (let index = start; index < end; index++) {
    const [first, last] = words[index] as Range;
    const word = text.slice(first, last);
    if (index > start) drawn.push(text.slice((words[index - 1] as Range)[1], first));
    const isSelected = from <= index && index < to;
    drawn.push(
      <span
        key={index}
        role="option"
        class="word"
        data-word={index}
        tabIndex={index === stop ? 0 : -1}
        aria-selected={isSelected}
        aria-label={span ? `${word}, ${place(span, index)}` : undefined}
      >
        {word}
      </span>,
    );
  }
  return span ? <Entity {...props} span={span} words={drawn} /> : drawn;
});

function place(span: Span, word: number): string {
  return word === span.start ? span.label : `still ${span.label}`;
}

type EntityProps = Omit<SegmentProps, "span" | "words"> & { span: Span; words: (VNode | string)[] };

function Entity({ span, types, isLow, verdict, words }: EntityProps) {
  const differs = verdict !== null && verdict !== "both";
  const score = span.score === null ? "by you" : `score ${shownScore(span.score)}`;
  const parts = [span.label, score];
  if (isLow) parts.push("below the minimum");
  if (verdict) parts.push(VERDICTS[verdict].toLowerCase());
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is no part of running text
    <span
      role="group"
      class="entity"
      aria-label={parts.join(", ")}
      data-low={isLow || undefined}
      data-differs={differs || undefined}
      {...lookOf(types, span.label)}
    >
      {words}
      <span class="tag" dir="ltr" aria-hidden="true">
        {differs && <b>≠</b>}
        {span.label}
        <span class="score">{span.score === null ? "✓" : shownScore(span.score)}</span>
      </span>
    </span>
  );
}

/** What the teacher says about a line, to read beside the student's. */
export function TeacherLine({ line, verdicts, types, language }: TeacherLineProps) {
  const drawn: (VNode | string)[] = [];
  let at = 0;
  for (const span of line.spans) {
    const start = line.words[span.start]?.[0] ?? at;
    const end = line.words[span.end - 1]?.[1] ?? start;
    const verdict = verdicts.get(span) ?? "both";
    drawn.push(line.text.slice(at, start));
    drawn.push(
      <span
        key={span.start}
        class="entity"
        data-differs={verdict !== "both" || undefined}
        {...lookOf(types, span.label)}
      >
        <span class="word">{line.text.slice(start, end)}</span>
        <span class="tag" dir="ltr">
          {verdict !== "both" && <b aria-hidden="true">≠</b>}
          {span.label}
          {span.score !== null && <span class="score">{shownScore(span.score)}</span>}
          <span class="unseen">, {VERDICTS[verdict].toLowerCase()}</span>
        </span>
      </span>,
    );
    at = end;
  }
  drawn.push(line.text.slice(at));
  return (
    <p class="line" dir="auto" lang={language}>
      {drawn}
    </p>
  );
}

interface TeacherLineProps {
  line: Line;
  verdicts: ReadonlyMap<Span, Verdict>;
  types: readonly string[];
  language: string | undefined;
}
