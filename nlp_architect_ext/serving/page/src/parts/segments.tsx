/** A line of text as words to choose from, some of them in entities. */

import type { VNode } from "preact";
import { VERDICTS, type Verdict } from "../text/compare";
import type { Line, Range, Span } from "../text/lines";
import { type Piece, partsOf } from "../text/pieces";
import { memo } from "./memo";
import { lookOf, shownScore } from "./types";

interface LineProps {
  line: Line;
  /** The spans that are shown, which may be fewer than the line has. */
  spans: readonly Span[];
  types: readonly string[];
  minimum: number;
  verdicts: ReadonlyMap<Span, Verdict> | null;
  doubted: readonly Range[];
  selected: Range | null;
  /** The word that Tab leads to, if it's in this line. */
  stop: number;
}

export function Words(props: LineProps) {
  const { line, spans, types, minimum, verdicts, doubted, selected, stop } = props;
  const [from, to] = selected ?? [0, 0];
  const segment = ({ start, end, span }: Piece) => {
    const isTouched = from < end && start < to;
    return (
      <Segment
        key={`${span ? "entity" : "words"}${start}`}
        text={line.text}
        words={line.words}
        start={start}
        end={end}
        span={span}
        types={types}
        isLow={span !== null && isLow(span, minimum)}
        verdict={(span && verdicts?.get(span)) ?? null}
        doubted={doubted}
        from={isTouched ? from : -1}
        to={isTouched ? to : -1}
        stop={stop >= start && stop < end ? stop : -1}
      />
    );
  };
  return <Parts line={line} spans={spans} draw={segment} />;
}

interface PartsProps {
  line: Line;
  spans: readonly Span[];
  draw(piece: Piece): VNode | string;
}

/** The pieces of a line with what stands between them; a long line is several blocks. */
function Parts({ line, spans, draw }: PartsProps) {
  const parts = partsOf(line, spans).map((pieces) =>
    pieces.flatMap((piece) => [gapBefore(line, piece.start), draw(piece)]),
  );
  if (parts.length === 1) return <>{parts[0]}</>;
  return (
    <>
      {parts.map((part, index) => (
        <div key={index} class="part">
          {part}
        </div>
      ))}
    </>
  );
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
  doubted: readonly Range[];
  from: number;
  to: number;
  stop: number;
}

const Segment = memo((props: SegmentProps) => {
  const { text, words, start, end, span, doubted, from, to, stop } = props;
  const drawn: (VNode | string)[] = [];
  for (let index = start; index < end; index++) {
    const [first, last] = words[index] as Range;
    const word = text.slice(first, last);
    const isSelected = from <= index && index < to;
    if (index > start) drawn.push(text.slice((words[index - 1] as Range)[1], first));
    drawn.push(
      <span
        key={index}
        role="option"
        class="word"
        data-word={index}
        data-doubted={doubted.some((range) => range[0] <= index && index < range[1]) || undefined}
        tabIndex={index === stop ? 0 : -1}
        aria-selected={isSelected}
        aria-label={span ? `${word}, ${place(span, index)}` : undefined}
      >
        {word}
      </span>,
    );
  }
  return span ? <Entity {...props} span={span} drawn={drawn} /> : drawn;
});

function place(span: Span, word: number): string {
  return word === span.start ? span.label : `still ${span.label}`;
}

interface EntityProps extends Omit<SegmentProps, "span"> {
  span: Span;
  drawn: (VNode | string)[];
}

/** A word up to this length stays on one row with the type behind it. */
const SHORT = 24;

function Entity(props: EntityProps) {
  const { span, types, isLow, verdict, words, start, end, from, to, drawn } = props;
  const differs = verdict !== null && verdict !== "both";
  const score = span.score === null ? "by a person" : `score ${shownScore(span.score)}`;
  const parts = [span.label, score];
  if (isLow) parts.push("below the minimum");
  if (verdict) parts.push(VERDICTS[verdict].toLowerCase());
  const [first, last] = words[end - 1] as Range;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is no part of running text
    <span
      role="group"
      class="entity"
      aria-label={parts.join(", ")}
      data-chosen={(from <= start && to >= end) || undefined}
      data-low={isLow || undefined}
      data-differs={differs || undefined}
      {...lookOf(types, span.label)}
    >
      {drawn.slice(0, -1)}
      <span class={last - first <= SHORT ? "together" : undefined}>
        {drawn.at(-1)}
        <span class="tag" dir="ltr" aria-hidden="true">
          {differs && <b>≠</b>}
          {span.label}
          <span class="score">{span.score === null ? "✓" : shownScore(span.score)}</span>
        </span>
      </span>
    </span>
  );
}

/** What the teacher says about a line, to read beside the student's. */
export function TeacherLine({ line, verdicts, types, language }: TeacherLineProps) {
  const { text, words } = line;
  const draw = ({ start, end, span }: Piece) => {
    const first = (words[start] as Range)[0];
    const [lastStart, last] = words[end - 1] as Range;
    if (!span) return text.slice(first, last);
    const verdict = verdicts.get(span) ?? "both";
    const differs = verdict !== "both" || undefined;
    return (
      <span key={start} class="entity" data-differs={differs} {...lookOf(types, span.label)}>
        {text.slice(first, lastStart)}
        <span class={last - lastStart <= SHORT ? "together" : undefined}>
          {text.slice(lastStart, last)}
          <span class="tag" dir="ltr">
            {differs && <b aria-hidden="true">≠</b>}
            {span.label}
            {span.score !== null && <span class="score">{shownScore(span.score)}</span>}
            <span class="unseen">, {VERDICTS[verdict].toLowerCase()}</span>
          </span>
        </span>
      </span>
    );
  };
  return (
    <div class="line" dir="auto" lang={language}>
      <Parts line={line} spans={line.spans} draw={draw} />
    </div>
  );
}

interface TeacherLineProps {
  line: Line;
  verdicts: ReadonlyMap<Span, Verdict>;
  types: readonly string[];
  language: string | undefined;
}
