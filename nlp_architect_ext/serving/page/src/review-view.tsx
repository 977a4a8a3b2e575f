/** A queue of sentences, one at a time: correct, accept or skip, download what was accepted. */

import { useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { Annotator } from "./parts/annotator";
import { Download } from "./parts/download";
import { Fault } from "./parts/fault";
import { announce } from "./parts/live";
import { Suspects } from "./parts/suspects";
import { counted } from "./parts/types";
import {
  accepted,
  type Decision,
  type Decisions,
  decide,
  itemKey,
  nextOpen,
  progress,
  read,
  sentenceOf,
  storageKey,
} from "./review/decisions";
import { toDecisions } from "./review/relabelling";
import { type Item, type Kind, type Labelled, type Model, type Queue, queue } from "./service";
import { trainingFiles } from "./text/export";
import { begin, change, type History, redo, undo } from "./text/history";
import type { Line, Range, Span } from "./text/lines";
import { equal } from "./text/spans";

const KINDS: Record<Kind, string> = { uncertain: "Uncertain", suspicious: "Suspicious labels" };

const ABOUT: Record<Kind, string> = {
  uncertain: "Sentences that the model is least sure of, the least sure first.",
  suspicious:
    "Labelled sentences as they stand in the data, those with the most doubtful labels first.",
};

interface Props {
  model: Model;
  ask<Answer>(call: () => Promise<Answer>): Promise<Answer>;
  language: string | undefined;
  singleKeys: boolean;
}

export function ReviewView(props: Props) {
  const { model, ask } = props;
  const [kind, setKind] = useState<Kind>("uncertain");
  const [found, setFound] = useState<Queue | null>(null);
  const [fault, setFault] = useState("");
  const [attempt, setAttempt] = useState(0);
  const name = useId();
  useEffect(() => {
    let isCurrent = true;
    setFound(null);
    setFault("");
    ask(() => queue(model.name, kind)).then(
      (answer) => isCurrent && setFound(answer),
      (error: Error) => isCurrent && setFault(error.message),
    );
    return () => {
      isCurrent = false;
    };
  }, [model.name, kind, attempt]);
  return (
    <>
      <h1>Review</h1>
      <fieldset class="choice">
        <legend class="unseen">List</legend>
        {(Object.keys(KINDS) as Kind[]).map((one) => (
          <label key={one}>
            <input
              type="radio"
              name={name}
              checked={kind === one}
              onChange={() => {
                setFound(null);
                setKind(one);
              }}
            />
            <span>{KINDS[one]}</span>
          </label>
        ))}
      </fieldset>
      <p class="muted">
        {ABOUT[kind]}
        {found && found.total > found.items.length && ` ${firstOf(found)}`}
      </p>
      {fault && <Fault message={fault} onRetry={() => setAttempt(attempt + 1)} />}
      {!fault && !found && <p role="status">Loading…</p>}
      {found && (
        <OpenQueue key={`${model.name} ${kind}`} {...props} kind={kind} items={found.items} />
      )}
    </>
  );
}

function firstOf({ items, total }: Queue): string {
  const shown = items.length.toLocaleString("en");
  return `These are the first ${shown} of ${total.toLocaleString("en")}.`;
}

function OpenQueue({
  model,
  kind,
  items,
  language,
  singleKeys,
}: Props & { kind: Kind; items: Item[] }) {
  const key = storageKey(model.name, kind);
  const { decisions, isStored, set, forget } = useDecisions(key);
  const [index, setIndex] = useState(() => nextOpen(items, decisions, -1) ?? 0);
  const histories = useRef(new Map<string, History<Line>>());
  const [, redraw] = useState(0);
  const [goTo, setGoTo] = useState<{ line: number; word: number } | null>(null);
  const id = useId();
  const item = items[index];
  const done = progress(items, decisions);
  const name = item && itemKey(item);
  const decision = name === undefined ? undefined : decisions[name];
  const original = useMemo(() => item && sentenceOf(item, undefined, model.scheme), [item]);
  const line = useMemo(() => item && sentenceOf(item, decision, model.scheme), [item, decision]);
  const lines = useMemo(() => (line ? [line] : []), [line]);
  const doubted = useMemo(() => rangesOf(item?.labelled), [item]);

  const show = (next: number, said = "") => {
    if (next < 0 || next >= items.length) return announce(`${said} This is the last one.`.trim());
    const inText = document.activeElement?.matches("[data-word]") ?? false;
    setIndex(next);
    // Whoever works in the text goes on in the next one.
    setGoTo(inText ? { line: 0, word: 0 } : null);
    announce(`${said} Sentence ${next + 1} of ${items.length}: ${items[next]?.text}`.trim());
  };
  const settle = (status: "accepted" | "skipped") => {
    if (!line || name === undefined) return;
    const after = set(name, { status, line });
    const said = status === "accepted" ? "Accepted." : "Skipped.";
    const next = nextOpen(items, after, index);
    if (next === null) {
      announce(`${said} All ${items.length} are done.`);
    } else show(next, said);
  };
  const put = (next: History<Line>) => {
    if (name === undefined) return;
    histories.current.set(name, next);
    const isAsBefore = original && equal(next.present.spans, original.spans);
    set(name, isAsBefore ? null : { status: "edited", line: next.present });
    redraw((count) => count + 1);
  };
  const history =
    (name !== undefined && histories.current.get(name)) || (line ? begin<Line>(line) : null);
  const edit = (_: number, spans: readonly Span[]) => {
    if (history && line) put(change({ ...history, present: line }, { ...line, spans }));
  };

  const actions = { show, settle, index, singleKeys };
  useKeys(actions);
  if (!item || !line || !history) {
    return (
      <>
        <Empty kind={kind} />
        {done.earlier > 0 && (
          <Saved {...{ model, items, decisions, done, isStored, forget, kind }} />
        )}
      </>
    );
  }
  return (
    <div class="review">
      <section class="card" aria-labelledby={`${id}-one`}>
        <div class="row spread">
          <h2 id={`${id}-one`}>
            Sentence {index + 1} of {items.length}
          </h2>
          <p class="muted">
            <StatusOf decision={decision} />
            {item.uncertainty !== null && ` · uncertainty ${item.uncertainty.toFixed(2)}`}
          </p>
        </div>
        <Annotator
          key={name}
          lines={lines}
          types={model.labels}
          language={language}
          canUndo={history.past.length > 0}
          canRedo={history.future.length > 0}
          onChange={edit}
          onUndo={() => put(undo(history))}
          onRedo={() => put(redo(history))}
          goTo={goTo}
          doubted={doubted}
        />
        {item.labelled && (
          <Suspects
            labelled={item.labelled}
            line={line}
            scheme={model.scheme}
            onTake={(spans) => edit(0, spans)}
            onShow={(word) => setGoTo({ line: 0, word })}
          />
        )}
        <div class="row actions">
          <button type="button" class="primary" onClick={() => settle("accepted")}>
            Accept <kbd aria-hidden="true">↵</kbd>
          </button>
          <button type="button" onClick={() => settle("skipped")}>
            Skip <kbd aria-hidden="true">s</kbd>
          </button>
          <span class="rule" />
          <button type="button" onClick={() => show(index - 1)} aria-disabled={index === 0}>
            Previous <kbd aria-hidden="true">k</kbd>
          </button>
          <button
            type="button"
            onClick={() => show(index + 1)}
            aria-disabled={index === items.length - 1}
          >
            Next <kbd aria-hidden="true">j</kbd>
          </button>
        </div>
      </section>
      <section class="card list" aria-labelledby={`${id}-list`}>
        <h2 id={`${id}-list`}>All sentences</h2>
        <Bar done={done} />
        <ol>
          {items.map((other, at) => (
            <li key={itemKey(other)}>
              <button
                type="button"
                aria-current={at === index ? "true" : undefined}
                onClick={() => setIndex(at)}
              >
                <StatusOf decision={decisions[itemKey(other)]} />
                <span dir="auto">{other.text}</span>
              </button>
            </li>
          ))}
        </ol>
      </section>
      <Saved {...{ model, items, decisions, done, isStored, forget, kind }} />
    </div>
  );
}

function rangesOf(labelled: Labelled | null | undefined): Range[] {
  return (labelled?.suspects ?? []).map(({ start, end }): Range => [start, end]);
}

function Bar({ done }: { done: ReturnType<typeof progress> }) {
  const id = useId();
  const count = done.accepted + done.skipped;
  return (
    <div class="progress">
      <label for={id}>
        {count} of {done.total} done: {done.accepted} accepted, {done.skipped} skipped
      </label>
      <progress id={id} max={done.total} value={count} />
    </div>
  );
}

const STATUS = {
  open: ["○", "Open"],
  edited: ["✎", "Changed, not accepted yet"],
  accepted: ["✓", "Accepted"],
  skipped: ["–", "Skipped"],
} as const;

function StatusOf({ decision }: { decision: Decision | undefined }) {
  const [sign, word] = STATUS[decision?.status ?? "open"];
  return (
    <span class="status" data-status={decision?.status ?? "open"}>
      <span aria-hidden="true">{sign}</span>
      <span class="word-of">{word}</span>
    </span>
  );
}

interface SavedProps {
  model: Model;
  items: readonly Item[];
  decisions: Decisions;
  done: ReturnType<typeof progress>;
  isStored: boolean;
  forget(): void;
  kind: Kind;
}

function Saved({ model, items, decisions, done, isStored, forget, kind }: SavedProps) {
  const id = useId();
  const isNew = kind === "uncertain";
  // A decision on labels is one on the file as it was checked: those of earlier lists are over.
  const count = done.accepted + (isNew ? done.earlier : 0);
  const files = isNew
    ? trainingFiles(() => accepted(decisions), model.scheme)
    : [
        {
          title: "Decisions",
          ending: "jsonl",
          content: () => toDecisions(items, decisions, model.scheme),
        },
      ];
  return (
    <section class="card" aria-labelledby={id}>
      <h2 id={id}>{isNew ? "Training data" : "Decisions"}</h2>
      <p>
        {count === 0
          ? "No sentence is accepted yet. "
          : `${counted(count, "accepted sentence")}${isNew ? earlier(done.earlier) : ""}. `}
        {isNew ? (
          "Add what you accept to train.txt and train again: the next list comes from the new model."
        ) : (
          <>
            <code>
              nlp-train check_labels --data_dir DATA --relabel decided.jsonl --output_dir NEW
            </code>{" "}
            writes the labelled file anew, with the labels that you accept.
          </>
        )}
      </p>
      <Download files={files} sentences={count} name={isNew ? "reviewed" : "decided"} />
      {isStored ? (
        <p class="hint">
          Your decisions are kept in this browser, for this model; a reload loses nothing. The
          service doesn’t get them.
        </p>
      ) : (
        <p role="alert" class="fault">
          This browser doesn’t store them: download before you close the page.
        </p>
      )}
      {Object.keys(decisions).length > 0 && (
        <div class="row">
          <button
            type="button"
            class="quiet"
            onClick={() => confirm("Forget all decisions about this list?") && forget()}
          >
            Forget them
          </button>
        </div>
      )}
    </section>
  );
}

function earlier(count: number): string {
  return count > 0 ? `, ${count} of them from an earlier list` : "";
}

function Empty({ kind }: { kind: Kind }) {
  return (
    <p class="empty">
      {kind === "uncertain"
        ? "There is no sentence to look at. Distillation with unlabelled text leaves such a list in the run’s folder; the service shows it when it serves that run."
        : "There is no suspicious label to look at. nlp-train check_labels looks for them; the service shows its list with --label_check_dir and the folder that it wrote."}
    </p>
  );
}

/** The browser's storage, or one that keeps nothing where that is switched off. */
function storage(): Pick<Storage, "getItem" | "setItem" | "removeItem"> {
  try {
    return localStorage;
  } catch {
    const setItem = () => {
      throw new Error("there is no storage");
    };
    return { getItem: () => null, setItem, removeItem: () => {} };
  }
}

function useDecisions(key: string) {
  const [decisions, setDecisions] = useState(() => read(storage(), key));
  const [isStored, setStored] = useState(true);
  useEffect(() => {
    const onStorage = (event: StorageEvent) => {
      if (event.key === key) setDecisions(read(storage(), key));
    };
    addEventListener("storage", onStorage);
    return () => removeEventListener("storage", onStorage);
  }, [key]);
  const set = (item: string, decision: Decision | null): Decisions => {
    const result = decide(storage(), key, decisions, item, decision);
    setDecisions(result.decisions);
    setStored(result.stored);
    return result.decisions;
  };
  const forget = () => {
    storage().removeItem(key);
    setDecisions({});
    announce("Forgotten.");
  };
  return { decisions, isStored, set, forget };
}

interface Actions {
  show(index: number): void;
  settle(status: "accepted" | "skipped"): void;
  index: number;
  singleKeys: boolean;
}

/** Keys of the queue: single letters in the text, and elsewhere if they're wanted there. */
function useKeys(actions: Actions): void {
  const latest = useRef(actions);
  latest.current = actions;
  useLayoutEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const { show, settle, index, singleKeys } = latest.current;
      const target = event.target as Element;
      if (document.querySelector("dialog[open]") || target.matches("select")) return;
      const inText = target.matches("[data-word]");
      const inField = target.matches("input, textarea");
      const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
      const isOn = isPlain && (inText || (singleKeys && !inField));
      const run =
        event.altKey && event.key === "ArrowDown"
          ? () => show(index + 1)
          : event.altKey && event.key === "ArrowUp"
            ? () => show(index - 1)
            : isOn && event.key === "j"
              ? () => show(index + 1)
              : isOn && event.key === "k"
                ? () => show(index - 1)
                : isOn && event.key === "s"
                  ? () => settle("skipped")
                  : inText && event.key === "Enter" && !event.altKey
                    ? () => settle("accepted")
                    : null;
      if (!run) return;
      event.preventDefault();
      run();
    };
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, []);
}
