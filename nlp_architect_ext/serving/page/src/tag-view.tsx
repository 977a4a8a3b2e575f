/** Text in, entities out: look at them, compare, correct, download. */

import { useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { Annotator, shownSpans } from "./parts/annotator";
import { DifferenceTable } from "./parts/difference-table";
import { Download } from "./parts/download";
import { EntityTable } from "./parts/entity-table";
import { Fault } from "./parts/fault";
import { announce } from "./parts/live";
import { isLow } from "./parts/segments";
import { counted } from "./parts/types";
import { type Model, type Prediction, predict } from "./service";
import { trainingFiles } from "./text/export";
import { begin, change, type History, redo, undo } from "./text/history";
import {
  blankLine,
  countWords,
  type Entity,
  type Line,
  lineOf,
  type Span,
  split,
} from "./text/lines";

const EXAMPLE = `Ada Lovelace met Charles Babbage in London in June 1833.
Marie Curie taught at the Sorbonne in Paris; the Nobel Foundation honoured her twice.
The Lisbon Marathon sold out in a day, said Inês Pereira of Northwind Sports.`;

interface Props {
  model: Model;
  ask<Answer>(call: () => Promise<Answer>): Promise<Answer>;
  language: string | undefined;
}

/** What is tagged; kept for this tab, so that a reload loses nothing. */
interface Kept {
  text: string;
  lines: Line[] | null;
  teacher: Line[] | null;
}

export function TagView({ model, ask, language }: Props) {
  const key = `nlp-architect-ext:tag:${model.name}`;
  const kept = useMemo(() => recall(key), [key]);
  const [text, setText] = useState(kept.text);
  const [history, setHistory] = useState<History<readonly Line[]> | null>(
    kept.lines && begin<readonly Line[]>(kept.lines),
  );
  const [teacher, setTeacher] = useState<Line[] | null>(kept.teacher);
  const [compares, setCompares] = useState(model.teacher && kept.teacher !== null);
  const [isBusy, setBusy] = useState(false);
  const [fault, setFault] = useState("");
  const running = useRef<AbortController | null>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  const lines = history?.present ?? null;

  // An effect would wait for the next frame; a reload that comes before it would lose the change.
  useLayoutEffect(() => keep(key, { text, lines: lines && [...lines], teacher }), [lines, teacher]);
  useEffect(() => () => running.current?.abort(), []);

  const tag = async (wanted = text, withTeacher = compares, keepsLines = false) => {
    if (!/\S/.test(wanted)) {
      setFault("");
      announce("There is no text to tag.");
      return field.current?.focus();
    }
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    setBusy(true);
    setFault("");
    try {
      const sentences = split(wanted);
      const texts = sentences.filter((sentence) => /\S/.test(sentence));
      const found = await ask(() => predict(model.name, texts, withTeacher, controller.signal));
      if (controller.signal.aborted) return;
      const lines = placed(sentences, found, ({ entities }) => entities);
      // Of the same text, what was corrected stays, or comes back by undo.
      if (!keepsLines) setHistory((last) => tagged(last, lines));
      const isTaught = found.every(({ teacher_entities }) => teacher_entities !== null);
      setTeacher(
        isTaught
          ? placed(sentences, found, ({ teacher_entities }) => teacher_entities ?? [])
          : null,
      );
      announce(`${counted(lines.flatMap(({ spans }) => spans).length, "entity")} found.`);
    } catch (error) {
      if (!controller.signal.aborted) setFault((error as Error).message);
    } finally {
      if (running.current === controller) setBusy(false);
    }
  };
  const isOld = lines !== null && textOfLines(lines) !== normal(text);
  const compare = (on: boolean) => {
    setCompares(on);
    if (on && (isBusy || (lines && !teacher))) void tag(text, true, lines !== null && !isOld);
  };
  const edit = (index: number, spans: readonly Span[]) =>
    setHistory(
      (last) =>
        last &&
        change(
          last,
          last.present.map((line, at) => (at === index ? { ...line, spans } : line)),
        ),
    );

  return (
    <>
      <h1>Tag text</h1>
      <section class="card" aria-label="Text to tag">
        <label for={id}>Text</label>
        <textarea
          id={id}
          ref={field}
          dir="auto"
          rows={5}
          spellcheck={false}
          lang={language}
          value={text}
          aria-describedby={`${id}-hint`}
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
            event.preventDefault();
            void tag();
          }}
        />
        <p id={`${id}-hint`} class="hint">
          One sentence a line, if you want to train on it later.
        </p>
        <div class="row">
          <button type="button" class="primary" aria-busy={isBusy} onClick={() => void tag()}>
            {isBusy ? "Tagging…" : "Tag"} <kbd aria-hidden="true">Ctrl ↵</kbd>
          </button>
          {model.teacher && (
            <label class="check">
              <input
                type="checkbox"
                checked={compares}
                onChange={(event) => compare(event.currentTarget.checked)}
              />
              Compare with the teacher
            </label>
          )}
          {!text && (
            <button
              type="button"
              class="quiet"
              onClick={() => {
                setText(EXAMPLE);
                void tag(EXAMPLE);
              }}
            >
              Try an example
            </button>
          )}
        </div>
        {fault && <Fault message={fault} onRetry={() => void tag()} />}
      </section>
      {lines ? (
        <Result
          model={model}
          language={language}
          history={history as History<readonly Line[]>}
          teacher={compares ? teacher : null}
          isOld={isOld}
          onEdit={edit}
          onHistory={setHistory}
        />
      ) : (
        <p class="empty">
          Paste or type a text and tag it. Entities are then highlighted here, with their types and
          scores, and you can correct them.
        </p>
      )}
    </>
  );
}

interface ResultProps {
  model: Model;
  language: string | undefined;
  history: History<readonly Line[]>;
  teacher: readonly Line[] | null;
  isOld: boolean;
  onEdit(line: number, spans: readonly Span[]): void;
  onHistory(history: History<readonly Line[]>): void;
}

function Result({ model, language, history, teacher, isOld, onEdit, onHistory }: ResultProps) {
  const [minimum, setMinimum] = useState(0);
  const [hidesLow, setHidesLow] = useState(false);
  const [goTo, setGoTo] = useState<{ line: number; word: number } | null>(null);
  const id = useId();
  const lines = history.present;
  const types = useMemo(() => allTypes(model.labels, lines, teacher), [model, lines, teacher]);
  const shown = (line: Line) => shownSpans(line, minimum, hidesLow);
  const go = (line: number, word: number) => setGoTo({ line, word });
  const all = lines.flatMap(({ spans }) => spans);
  const low = all.filter((span) => isLow(span, minimum)).length;
  const sentences = lines.filter(({ words }) => words.length > 0).length;
  const sure = () => lines.map((line) => ({ ...line, spans: shownSpans(line, minimum, true) }));
  return (
    <div class="result" data-compared={teacher ? true : undefined}>
      <section class="card" aria-labelledby={`${id}-text`}>
        <div class="row spread">
          <h2 id={`${id}-text`}>Tagged text</h2>
          <p class="muted">
            {counted(all.length, "entity")} in {counted(countWords(lines), "word")}
          </p>
        </div>
        {isOld && (
          <p class="note">The text above has changed since. Tag it again to see it here.</p>
        )}
        <div class="row filter">
          <label for={`${id}-minimum`}>Minimum score</label>
          <input
            id={`${id}-minimum`}
            type="range"
            min="0"
            max="1"
            step="0.01"
            value={minimum}
            aria-valuetext={minimum.toFixed(2)}
            onInput={(event) => setMinimum(Number(event.currentTarget.value))}
          />
          <output for={`${id}-minimum`}>{minimum.toFixed(2)}</output>
          <label class="check">
            <input
              type="checkbox"
              checked={hidesLow}
              onChange={(event) => setHidesLow(event.currentTarget.checked)}
            />
            Hide lower ones
          </label>
          {low > 0 && (
            <span class="muted">
              {low} below, {hidesLow ? "hidden" : "dimmed"}
            </span>
          )}
        </div>
        <Annotator
          lines={lines}
          types={types}
          language={language}
          minimum={minimum}
          hidesLow={hidesLow}
          teacher={teacher}
          canUndo={history.past.length > 0}
          canRedo={history.future.length > 0}
          onChange={onEdit}
          onUndo={() => onHistory(undo(history))}
          onRedo={() => onHistory(redo(history))}
          goTo={goTo}
        />
      </section>
      <section class="card table" aria-labelledby={`${id}-table`}>
        <h2 id={`${id}-table`}>{teacher ? "Student and teacher" : "Entities"}</h2>
        {teacher ? (
          <DifferenceTable
            lines={lines}
            shown={shown}
            teacher={teacher}
            types={types}
            onGo={go}
            onChange={onEdit}
          />
        ) : (
          <EntityTable lines={lines} shown={shown} types={types} minimum={minimum} onGo={go} />
        )}
      </section>
      <section class="card" aria-labelledby={`${id}-download`}>
        <h2 id={`${id}-download`}>Training data</h2>
        <p>
          {counted(sentences, "sentence")} with what is marked above
          {low > 0 && `, without the ${low} below the minimum score`}.
        </p>
        <Download files={trainingFiles(sure, model.scheme)} sentences={sentences} name="train" />
      </section>
    </div>
  );
}

/** The model's types, and those that the text has beside them. */
function allTypes(
  labels: readonly string[],
  lines: readonly Line[],
  teacher: readonly Line[] | null,
): string[] {
  const types = new Set(labels);
  for (const line of [...lines, ...(teacher ?? [])]) {
    for (const span of line.spans) types.add(span.label);
  }
  return [...types];
}

/** Predictions at the places of their sentences; lines without words have none. */
function placed(
  sentences: readonly string[],
  found: readonly Prediction[],
  entities: (prediction: Prediction) => readonly Entity[],
): Line[] {
  let next = 0;
  return sentences.map((sentence) => {
    const prediction = /\S/.test(sentence) ? found[next++] : undefined;
    if (!prediction) return blankLine(sentence);
    return lineOf(prediction.text, prediction.words, entities(prediction));
  });
}

function tagged(last: History<readonly Line[]> | null, found: readonly Line[]) {
  const isSame = last && textOfLines(last.present) === textOfLines(found);
  return isSame ? change(last, found) : begin(found);
}

const normal = (text: string): string => text.replace(/\r\n?/g, "\n");

const textOfLines = (lines: readonly Line[]): string => lines.map(({ text }) => text).join("\n");

function recall(key: string): Kept {
  try {
    const stored = JSON.parse(sessionStorage.getItem(key) ?? "null");
    if (typeof stored?.text === "string") return stored;
  } catch {
    // Nothing readable is stored.
  }
  return { text: "", lines: null, teacher: null };
}

function keep(key: string, kept: Kept): void {
  try {
    sessionStorage.setItem(key, JSON.stringify(kept));
  } catch {
    // Storage is full or off: the text is then gone after a reload.
  }
}
