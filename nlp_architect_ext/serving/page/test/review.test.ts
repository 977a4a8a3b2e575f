import { describe, expect, it } from "vitest";
import {
  accepted,
  type Decisions,
  decide,
  itemKey,
  nextOpen,
  progress,
  read,
  sentenceOf,
} from "../src/review/decisions";
import { inWords, toDecisions, withSuggestion } from "../src/review/relabelling";
import type { Item, Suspect } from "../src/service";
import type { Line } from "../src/text/lines";

const item = (id: string, text = id): Item => ({
  id,
  text,
  words: [[0, text.length]],
  entities: [],
  uncertainty: null,
  labelled: null,
});
const line = (text: string): Line => ({ text, words: [[0, text.length]], spans: [] });
const items = ["a", "b", "c"].map((id) => item(id));

class Store {
  kept = new Map<string, string>();
  isFull = false;
  getItem = (key: string) => this.kept.get(key) ?? null;
  setItem = (key: string, value: string) => {
    if (this.isFull) throw new Error("full");
    this.kept.set(key, value);
  };
}

const done = (...texts: string[]): Decisions =>
  Object.fromEntries(
    texts.map((id) => [itemKey(item(id)), { status: "accepted", line: line(id) }]),
  );

describe("decisions", () => {
  it("are there after a reload", () => {
    const store = new Store();
    decide(store, "k", {}, "a\na", { status: "accepted", line: line("a") });
    expect(accepted(read(store, "k"))).toEqual([line("a")]);
  });

  it("keep what another tab has stored meanwhile, and can be taken back", () => {
    const store = new Store();
    decide(store, "k", {}, "a\na", { status: "accepted", line: line("a") });
    const { decisions } = decide(store, "k", {}, "b\nb", { status: "skipped", line: line("b") });
    expect(Object.keys(decisions)).toEqual(["a\na", "b\nb"]);
    expect(Object.keys(decide(store, "k", decisions, "a\na", null).decisions)).toEqual(["b\nb"]);
  });

  it("hold without storage, and say so", () => {
    const store = new Store();
    store.isFull = true;
    const result = decide(store, "k", done("a"), "b\nb", { status: "accepted", line: line("b") });
    expect(result.stored).toBe(false);
    expect(accepted(result.decisions)).toHaveLength(2);
  });

  it.each(["nonsense", "null", "[1]", '{"a":{"status":"accepted"}}', '{"a":null}'])(
    "pass over what isn't one: %s",
    (stored) => {
      const store = new Store();
      store.kept.set("k", stored);
      expect(read(store, "k")).toEqual({});
    },
  );

  it("belong to a sentence, not to its number", () => {
    const renewed = [item("a", "another")];
    expect(progress(renewed, done("a"))).toMatchObject({ total: 1, accepted: 0, earlier: 1 });
  });
});

describe("queue", () => {
  it("goes on to the next open one and round", () => {
    expect(nextOpen(items, done("b"), 0)).toBe(2);
    expect(nextOpen(items, done("b", "c"), 0)).toBe(0);
    expect(nextOpen(items, done("a", "b", "c"), 0)).toBeNull();
    expect(nextOpen([], {}, -1)).toBeNull();
  });

  it("shows a sentence as it was decided, or as the service has it", () => {
    const said = {
      ...item("a b"),
      words: [
        [0, 1],
        [2, 3],
      ] as Item["words"],
    };
    expect(sentenceOf(said, undefined, "IOB2")).toMatchObject({ text: "a b", words: said.words });
    expect(sentenceOf(said, { status: "edited", line: line("x") }, "IOB2")).toEqual(line("x"));
  });
});

describe("suspicious labels", () => {
  const words: Item["words"] = [
    [0, 1],
    [2, 5],
    [6, 8],
  ];
  const suspect: Suspect = {
    start: 1,
    end: 3,
    kind: "boundary",
    given: ["B-PER", "O"],
    suggested: ["B-PER", "I-PER"],
    score: 0.9,
  };
  const labels = ["B-LOC", "B-PER", "O"];
  const labelled = { file: "data/train.txt", line: 7, labels, suspects: [suspect] };
  // Offsets of the service are code points.
  const doubted: Item = { ...item("a", "🦊 Ada Bo"), words, labelled };

  it("show the labels that the data has", () => {
    const { spans } = sentenceOf(doubted, undefined, "IOB2");
    expect(spans.map(({ start, end, label }) => [start, end, label])).toEqual([
      [0, 1, "LOC"],
      [1, 2, "PER"],
    ]);
  });

  it("become decisions on the whole sentence, with a suggestion taken", () => {
    const line = sentenceOf(doubted, undefined, "IOB2");
    const spans = withSuggestion(line.spans, suspect, "IOB2");
    const decided = { status: "accepted", line: { ...line, spans } } as const;
    const others = { ...item("b"), labelled };
    const written = toDecisions([doubted, others], { [itemKey(doubted)]: decided }, "IOB2");
    expect(JSON.parse(written)).toEqual({
      file: "data/train.txt",
      sentence_line: 7,
      words: ["🦊", "Ada", "Bo"],
      start: 0,
      end: 3,
      given: labels,
      labels: ["B-LOC", "B-PER", "I-PER"],
    });
  });

  it("are named with their words", () => {
    const line = sentenceOf(doubted, undefined, "IOB2");
    expect(inWords(line, suspect.suggested, "IOB2", 1)).toBe("PER “Ada Bo”");
    expect(inWords(line, ["O"], "IOB2", 1)).toBe("no entity");
  });
});
