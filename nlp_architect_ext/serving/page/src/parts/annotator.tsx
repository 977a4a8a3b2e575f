/** Running text whose words are chosen and given types, by keyboard, mouse or touch. */

import { useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { compare, type Verdict } from "../text/compare";
import { typeOf } from "../text/keys";
import type { Line, Range, Span } from "../text/lines";
import { spanAt } from "../text/spans";
import { give, type Outcome, stretch, take, within } from "./actions";
import { announce } from "./live";
import { memo } from "./memo";
import { isLow, TeacherLine, Words } from "./segments";
import {
  caretAt,
  elementOf,
  fromBrowser,
  meant,
  moved,
  placeOf,
  rowAway,
  type Selection,
  step,
} from "./selection";
import { type Commands, Toolbar } from "./toolbar";

export interface AnnotatorProps {
  lines: readonly Line[];
  types: readonly string[];
  language: string | undefined;
  /** Scores below it are dimmed, or hidden. */
  minimum?: number;
  hidesLow?: boolean;
  teacher?: readonly Line[] | null;
  /** Words of each line that are to be looked at. */
  doubted?: readonly Range[];
  canUndo: boolean;
  canRedo: boolean;
  onChange(line: number, spans: readonly Span[]): void;
  onUndo(): void;
  onRedo(): void;
  /** A word to go to, as when its row of the table is pressed. */
  goTo?: { line: number; word: number } | null;
}

export function Annotator(props: AnnotatorProps) {
  const { lines, types, minimum = 0, hidesLow = false, teacher } = props;
  const root = useRef<HTMLDivElement>(null);
  const wantsFocus = useRef(false);
  const id = useId();
  const [selection, setSelection] = useState<Selection | null>(null);
  const at = inside(lines, selection);
  const shownIn = (line: number) => shownSpans(lines[line], minimum, hidesLow);

  useLayoutEffect(() => {
    if (!wantsFocus.current || !at) return;
    wantsFocus.current = false;
    elementOf(root.current, at)?.focus();
  });
  const select = (next: Selection | null, focus = true) => {
    wantsFocus.current = focus && next !== null;
    setSelection(next);
  };
  // Before the next key can come: an effect would wait for a frame.
  useLayoutEffect(() => {
    if (props.goTo) select(caretAt(props.goTo.line, props.goTo.word));
  }, [props.goTo]);
  useTouchSelection(root, (next) => select(next, false));

  const apply = (act: (line: Line, shown: readonly Span[], at: Selection) => Outcome) => {
    if (!at) return announce("Choose a word first.");
    const line = lines[at.line] as Line;
    const shown = shownIn(at.line);
    const { spans, said } = act(line, shown, at);
    const before = spanAt(shown, at.caret);
    if (spans !== line.spans) props.onChange(at.line, spans);
    // After a change the caret stands within what was changed.
    select(caretAt(at.line, within(spans, before, at.caret)));
    announce(said);
  };
  const commands: Commands = {
    give: (label) => apply((...where) => give(...where, label)),
    take: () => apply(take),
    stretch: (edge, grow) => apply((...where) => stretch(...where, edge, grow)),
    undo: () => {
      if (!props.canUndo) return announce("Nothing to undo.");
      wantsFocus.current = true;
      props.onUndo();
      announce("Undone.");
    },
    redo: () => {
      if (!props.canRedo) return announce("Nothing to redo.");
      wantsFocus.current = true;
      props.onRedo();
      announce("Done again.");
    },
  };

  const move = (event: KeyboardEvent): Selection | null => {
    if (!at) return null;
    const count = lines[at.line]?.words.length ?? 0;
    const extend = event.shiftKey;
    const element = elementOf(root.current, at);
    const forward = element && getComputedStyle(element).direction === "rtl" ? -1 : 1;
    switch (event.key) {
      case "ArrowRight":
        return step(lines, at, forward, extend);
      case "ArrowLeft":
        return step(lines, at, forward === 1 ? -1 : 1, extend);
      case "Home":
        return event.ctrlKey ? firstOf(lines) : moved(at, 0, extend);
      case "End":
        return event.ctrlKey ? lastOf(lines) : moved(at, count - 1, extend);
      case "ArrowDown":
      case "ArrowUp": {
        const by = event.key === "ArrowDown" ? 1 : -1;
        const target = placeOf(element && root.current && rowAway(root.current, element, by));
        if (!target) return at;
        if (target.line === at.line) return moved(at, target.word, extend);
        return extend ? at : caretAt(target.line, target.word);
      }
      case "Escape":
        return at.exact ? caretAt(at.line, at.caret) : null;
      default:
        return null;
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const isAltGr = event.getModifierState("AltGraph");
    const isCommand = (event.ctrlKey || event.metaKey) && !isAltGr;
    if ((event.altKey && !isAltGr) || !placeOf(event.target)) return;
    const done = () => {
      event.preventDefault();
      event.stopPropagation();
    };
    const target = move(event);
    if (target) {
      done();
      select(target);
    } else if (isCommand) {
      const key = event.key.toLowerCase();
      if (key === "z") (event.shiftKey ? commands.redo : commands.undo)();
      else if (key === "y") commands.redo();
      else return;
      done();
    } else if (runs(event.key, commands, types)) done();
  };

  const onMouseUp = (event: MouseEvent) => {
    if (!root.current) return;
    const marked = fromBrowser(root.current);
    if (marked) {
      document.getSelection()?.removeAllRanges();
      return select(marked);
    }
    const place = placeOf(event.target);
    if (!place) return;
    const extends_ = event.shiftKey && at?.line === place.line;
    select(extends_ ? moved(at, place.word, true) : caretAt(place.line, place.word));
  };
  const onFocusIn = (event: FocusEvent) => {
    const place = placeOf(event.target);
    if (place && (place.line !== at?.line || place.word !== at.caret)) {
      setSelection(caretAt(place.line, place.word));
    }
  };

  const chosen = at && meant(at, shownIn(at.line));
  const current = at && spanAt(shownIn(at.line), at.caret);
  const stop = at ?? firstOf(lines);
  return (
    <div class="annotator">
      <Toolbar
        types={types}
        pressed={current?.label}
        commands={commands}
        canUndo={props.canUndo}
        canRedo={props.canRedo}
        controls={id}
      />
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the words in it are what is used */}
      <div
        id={id}
        ref={root}
        class="text"
        data-compared={teacher ? true : undefined}
        onKeyDown={onKeyDown}
        onMouseUp={onMouseUp}
        onFocusIn={onFocusIn}
      >
        {teacher && <ColumnTitles />}
        {lines.map((line, index) => (
          <Row
            key={index}
            index={index}
            count={lines.length}
            line={line}
            teacher={teacher?.[index] ?? null}
            types={types}
            language={props.language}
            minimum={minimum}
            hidesLow={hidesLow}
            doubted={props.doubted ?? nowhere}
            from={at?.line === index && chosen ? chosen[0] : -1}
            to={at?.line === index && chosen ? chosen[1] : -1}
            stop={stop?.line === index ? stop.caret : -1}
          />
        ))}
      </div>
    </div>
  );
}

const ColumnTitles = () => (
  <div class="columns titles" aria-hidden="true">
    <span>Student</span>
    <span>Teacher</span>
  </div>
);

interface RowProps {
  index: number;
  count: number;
  line: Line;
  teacher: Line | null;
  types: readonly string[];
  language: string | undefined;
  minimum: number;
  hidesLow: boolean;
  doubted: readonly Range[];
  from: number;
  to: number;
  stop: number;
}

const Row = memo((props: RowProps) => <OneLine {...props} />);

function OneLine({ index, count, line, teacher, types, language, minimum, ...rest }: RowProps) {
  const spans = useMemo(
    () => shownSpans(line, minimum, rest.hidesLow),
    [line, minimum, rest.hidesLow],
  );
  const verdicts = useMemo(() => teacher && verdictsOf(spans, teacher.spans), [spans, teacher]);
  if (line.words.length === 0) return <p class="blank" />;
  const isSame = verdicts !== null && [...verdicts.values()].every((one) => one === "both");
  const student = (
    <div
      role="listbox"
      class="line"
      aria-label={count > 1 ? `Sentence ${index + 1} of ${count}` : "Sentence"}
      aria-multiselectable="true"
      aria-orientation="horizontal"
      data-line-index={index}
      dir="auto"
      lang={language}
    >
      <Words
        line={line}
        spans={spans}
        types={types}
        minimum={minimum}
        verdicts={verdicts}
        doubted={rest.doubted}
        selected={rest.from < 0 ? null : [rest.from, rest.to]}
        stop={rest.stop}
      />
    </div>
  );
  if (!teacher || !verdicts) return student;
  return (
    <div class="columns">
      {student}
      <div class="teacher">
        <span class="whose">Teacher</span>
        {isSame ? (
          <p class="line muted">Says the same.</p>
        ) : (
          <TeacherLine line={teacher} verdicts={verdicts} types={types} language={language} />
        )}
      </div>
    </div>
  );
}

function runs(key: string, commands: Commands, types: readonly string[]): boolean {
  const type = typeOf(types, key);
  if (type) commands.give(type);
  else if (key === "Delete" || key === "Backspace") commands.take();
  else if (key === "[" || key === "-") commands.stretch("end", false);
  else if (key === "]" || key === "+") commands.stretch("end", true);
  else if (key === "{") commands.stretch("start", true);
  else if (key === "}") commands.stretch("start", false);
  else return false;
  return true;
}

const none: readonly Span[] = [];
const nowhere: readonly Range[] = [];

export function shownSpans(line: Line | undefined, minimum: number, hidesLow: boolean) {
  if (!line) return none;
  return hidesLow ? line.spans.filter((span) => !isLow(span, minimum)) : line.spans;
}

function verdictsOf(student: readonly Span[], teacher: readonly Span[]): Map<Span, Verdict> {
  const verdicts = new Map<Span, Verdict>();
  for (const place of compare(student, teacher)) {
    if (place.student) verdicts.set(place.student, place.verdict);
    if (place.teacher) verdicts.set(place.teacher, place.verdict);
  }
  return verdicts;
}

/** The selection, or none where the text has become another one. */
function inside(lines: readonly Line[], at: Selection | null): Selection | null {
  const words = at ? (lines[at.line]?.words.length ?? 0) : 0;
  return at && at.caret < words && at.anchor < words ? at : null;
}

function firstOf(lines: readonly Line[]): Selection | null {
  const line = lines.findIndex(({ words }) => words.length > 0);
  return line < 0 ? null : caretAt(line, 0);
}

function lastOf(lines: readonly Line[]): Selection | null {
  const line = lines.findLastIndex(({ words }) => words.length > 0);
  return line < 0 ? null : caretAt(line, (lines[line] as Line).words.length - 1);
}

/** A finger selects without lifting a mouse button: wait until the selection stands still. */
function useTouchSelection(
  root: { current: HTMLElement | null },
  onSelect: (selection: Selection) => void,
): void {
  const latest = useRef(onSelect);
  latest.current = onSelect;
  useEffect(() => {
    let timer = 0;
    let isTouch = false;
    const onPointer = (event: PointerEvent) => {
      isTouch = event.pointerType === "touch";
    };
    const onSelection = () => {
      clearTimeout(timer);
      if (!isTouch) return;
      timer = window.setTimeout(() => {
        const marked = root.current && fromBrowser(root.current);
        if (marked) latest.current(marked);
      }, 250);
    };
    document.addEventListener("pointerdown", onPointer);
    document.addEventListener("selectionchange", onSelection);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("pointerdown", onPointer);
      document.removeEventListener("selectionchange", onSelection);
    };
  }, [root]);
}
