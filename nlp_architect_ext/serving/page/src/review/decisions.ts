/** What was decided about each sentence of a queue; kept in this browser, by model and list. */

import type { Item, Kind } from "../service";
import { type Scheme, spansOf } from "../text/labels";
import { type Line, lineOf } from "../text/lines";

export type Status = "edited" | "accepted" | "skipped";

/** A decision holds the sentence as well: it may outlive the queue that it came from. */
export interface Decision {
  status: Status;
  line: Line;
}

export type Decisions = Readonly<Record<string, Decision>>;

export interface Progress {
  total: number;
  accepted: number;
  skipped: number;
  /** Accepted, but the queue has been renewed since. */
  earlier: number;
}

export function storageKey(model: string, kind: Kind): string {
  return `nlp-architect-ext:review:${model}:${kind}`;
}

/** Decisions as they're stored; none where nothing is stored or something else is. */
export function read(storage: Pick<Storage, "getItem">, key: string): Decisions {
  try {
    const stored: unknown = JSON.parse(storage.getItem(key) ?? "{}");
    if (typeof stored !== "object" || stored === null) return {};
    return Object.fromEntries(Object.entries(stored).filter(([, value]) => isDecision(value)));
  } catch {
    return {};
  }
}

function isDecision(value: unknown): value is Decision {
  const { status, line } = (value ?? {}) as Partial<Decision>;
  return (
    ["edited", "accepted", "skipped"].includes(status ?? "") &&
    typeof line?.text === "string" &&
    Array.isArray(line.words) &&
    Array.isArray(line.spans)
  );
}

/**
 * Add a decision to those that are stored; another tab may have added some since. `null` takes one
 * back. Whether it could be stored comes with what is then decided.
 */
export function decide(
  storage: Pick<Storage, "getItem" | "setItem">,
  key: string,
  known: Decisions,
  item: string,
  decision: Decision | null,
): { decisions: Decisions; stored: boolean } {
  const { [item]: _, ...others } = { ...known, ...read(storage, key) };
  const decisions = decision ? { ...others, [item]: decision } : others;
  try {
    storage.setItem(key, JSON.stringify(decisions));
    return { decisions, stored: true };
  } catch {
    return { decisions, stored: false };
  }
}

/** The key of an item's decision. A renewed queue may give an old id to another sentence. */
export function itemKey(item: Item): string {
  return `${item.id}\n${item.text}`;
}

/** An item's sentence: as it was decided, as the data has it, or as the model finds it. */
export function sentenceOf(item: Item, decision: Decision | undefined, scheme: Scheme): Line {
  if (decision) return decision.line;
  const { text, words, entities, labelled } = item;
  if (!labelled) return lineOf(text, words, entities);
  return { ...lineOf(text, words, []), spans: spansOf(labelled.labels, scheme) };
}

export function progress(items: readonly Item[], decisions: Decisions): Progress {
  const here = new Set(items.map(itemKey));
  const count = (status: Status) =>
    [...here].filter((key) => decisions[key]?.status === status).length;
  const accepted = Object.values(decisions).filter(({ status }) => status === "accepted").length;
  return {
    total: items.length,
    accepted: count("accepted"),
    skipped: count("skipped"),
    earlier: accepted - count("accepted"),
  };
}

/** The sentences to train on. */
export function accepted(decisions: Decisions): Line[] {
  return Object.values(decisions)
    .filter(({ status }) => status === "accepted")
    .map(({ line }) => line);
}

/** The next item that waits for a decision, from some place on and round; null where none does. */
export function nextOpen(
  items: readonly Item[],
  decisions: Decisions,
  from: number,
): number | null {
  for (let step = 1; step <= items.length; step++) {
    const index = (from + step) % items.length;
    const status = decisions[itemKey(items[index] as Item)]?.status;
    if (status !== "accepted" && status !== "skipped") return index;
  }
  return null;
}
