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
import type { Item } from "../src/service";
import type { Line } from "../src/text/lines";

const item = (id: string, text = id): Item => ({
  id,
  text,
  words: [[0, text.length]],
  entities: [],
  uncertainty: null,
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
    expect(sentenceOf(said, undefined)).toMatchObject({ text: "a b", words: said.words });
    expect(sentenceOf(said, { status: "edited", line: line("x") })).toEqual(line("x"));
  });
});
