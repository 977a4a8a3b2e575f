import { describe, expect, it } from "vitest";
import { compare } from "../src/text/compare";
import { toConll, toJsonLines } from "../src/text/export";
import { begin, change, redo, undo } from "../src/text/history";
import { keysOf, TAKEN, typeOf } from "../src/text/keys";
import { labelsOf, spansOf } from "../src/text/labels";
import {
  type Entity,
  type Line,
  lineOf,
  type Range,
  type Span,
  snap,
  split,
} from "../src/text/lines";
import { toCodePoints, toUnits } from "../src/text/offsets";
import { partsOf } from "../src/text/pieces";
import { assign, equal, remove, resize, spanAt } from "../src/text/spans";

const span = (start: number, end: number, label = "PER", score: number | null = null): Span => ({
  start,
  end,
  label,
  score,
});

/** Words and entities as the service gives them: in code points. */
function tagged(text: string, ...entities: [word: string, label: string][]): Line {
  const codePoints = [...text];
  const words: Range[] = [];
  codePoints.forEach((character, index) => {
    if (/\s/.test(character)) return;
    const last = words.at(-1);
    if (last && last[1] === index) words[words.length - 1] = [last[0], index + 1];
    else words.push([index, index + 1]);
  });
  const found = entities.map(([word, entity_group]): Entity => {
    const start = [...text.slice(0, text.indexOf(word))].length;
    return { entity_group, score: 0.5, word, start, end: start + [...word].length };
  });
  return lineOf(text, words, found);
}

const words = (line: Line): string[] => line.words.map(([from, to]) => line.text.slice(from, to));

describe("offsets", () => {
  it.each(["", "plain", "a🦊b", "👩‍👩‍👧 e\u0301 𝔘", "\ud800 alone", "🦊🦊"])(
    "there and back in %j",
    (text) => {
      const unit = toUnits(text);
      const codePoint = toCodePoints(text);
      const characters = [...text];
      let at = 0;
      characters.forEach((character, index) => {
        expect(unit(index)).toBe(at);
        expect(codePoint(at)).toBe(index);
        at += character.length;
      });
      expect(unit(characters.length)).toBe(text.length);
      expect(codePoint(text.length)).toBe(characters.length);
    },
  );

  it("ends at the end of the text", () => expect(toUnits("ab")(9)).toBe(2));
});

describe("lines", () => {
  it("counts in code points and keeps UTF-16 units", () => {
    const line = tagged("a 🦊b c", ["🦊b", "PER"], ["c", "LOC"]);
    expect(words(line)).toEqual(["a", "🦊b", "c"]);
    expect(line.spans).toEqual([span(1, 2, "PER", 0.5), span(2, 3, "LOC", 0.5)]);
  });

  it("leaves out what overlaps an entity before it, and what touches no word", () => {
    const line = tagged("Bank of Oman", ["of Oman", "LOC"], ["Bank of", "ORG"], [" ", "PER"]);
    expect(line.spans).toEqual([span(0, 2, "ORG", 0.5)]);
  });

  it("splits at every kind of line end", () =>
    expect(split("a\r\nb\rc\n\nd")).toEqual(["a", "b", "c", "", "d"]));

  it.each([
    [0, 3, [0, 1]],
    [1, 5, [0, 2]],
    [3, 4, null],
    [4, 4, null],
    [2, 99, [0, 2]],
  ])("snaps %i to %i to whole words", (start, end, expected) => {
    expect(
      snap(
        [
          [0, 3],
          [4, 8],
        ],
        start,
        end,
      ),
    ).toEqual(expected);
  });
});

describe("spans", () => {
  const two = [span(0, 2, "PER", 0.9), span(3, 5, "LOC", 0.8)];

  it("puts a span between others and leaves them as they are", () => {
    const spans = assign(two, 2, 3, "ORG");
    expect(spans).toEqual([two[0], span(2, 3, "ORG"), two[1]]);
    expect(spans[0]).toBe(two[0]);
  });

  it("merges what is touched", () => expect(assign(two, 1, 4, "ORG")).toEqual([span(1, 4, "ORG")]));

  it("confirms a span: its score is then a person's", () =>
    expect(assign(two, 0, 2, "PER")[0]).toEqual(span(0, 2, "PER")));

  it("changes nothing where all is said", () => {
    const spans = assign([], 0, 2, "PER");
    expect(assign(spans, 0, 2, "PER")).toBe(spans);
    expect(remove(spans, 2, 3)).toBe(spans);
  });

  it("removes by any of its words", () => expect(remove(two, 4, 5)).toEqual([two[0]]));

  it("grows into a neighbour, which gets shorter or goes", () => {
    const close = [span(0, 2), span(2, 3, "LOC"), span(3, 5, "ORG")];
    expect(resize(close, close[0] as Span, "end", 1, 5)).toEqual([span(0, 3), close[2]]);
    expect(resize(close, close[1] as Span, "end", 1, 5)).toEqual([
      close[0],
      span(2, 4, "LOC"),
      span(4, 5, "ORG"),
    ]);
  });

  it("stays within the line and keeps a word", () => {
    const one = [span(0, 1)];
    for (const [edge, by] of [
      ["start", -1],
      ["end", -1],
      ["start", 1],
      ["end", 1],
    ] as const) {
      expect(resize(one, one[0] as Span, edge, by, 1)).toBe(one);
    }
  });

  it("finds the span of a word", () => {
    expect(spanAt(two, 4)).toBe(two[1]);
    expect(spanAt(two, 2)).toBeUndefined();
  });

  it("compares places and types, not who said them", () => {
    expect(equal(two, [span(0, 2), span(3, 5, "LOC")])).toBe(true);
    expect(equal(two, [span(0, 2), span(3, 5, "ORG")])).toBe(false);
  });
});

describe("comparison", () => {
  it("names each kind of difference, in the order of the text", () => {
    const student = [span(0, 2), span(3, 4, "ORG"), span(5, 6, "LOC"), span(9, 10)];
    const teacher = [span(0, 2), span(3, 4, "LOC"), span(5, 7, "LOC"), span(8, 9)];
    const verdicts = compare(student, teacher).map(({ verdict }) => verdict);
    expect(verdicts).toEqual(["both", "type", "bounds", "teacher", "student"]);
  });

  it("prefers the same words to an overlap", () => {
    const places = compare([span(0, 3), span(3, 4)], [span(3, 4), span(2, 3, "LOC")]);
    expect(places.map(({ verdict }) => verdict)).toEqual(["bounds", "both"]);
  });
});

describe("parts", () => {
  const line = (count: number, spans: Span[]): Line => ({
    text: "w".repeat(count),
    words: Array.from({ length: count }, (_, index): Range => [index, index + 1]),
    spans,
  });

  it("covers every word once, with whole entities", () => {
    const spans = [span(0, 3), span(295, 310), span(599, 601), span(999, 1000)];
    const pieces = partsOf(line(1000, spans), spans).flat();
    expect(pieces.map(({ start }) => start)).toEqual([
      0,
      ...pieces.slice(0, -1).map(({ end }) => end),
    ]);
    expect(pieces.at(-1)?.end).toBe(1000);
    expect(pieces.filter((piece) => piece.span).map((piece) => piece.span)).toEqual(spans);
  });

  it("keeps a short line in one block, and moves no part when spans change", () => {
    expect(partsOf(line(100, []), [])).toHaveLength(1);
    const starts = (spans: Span[]) =>
      partsOf(line(1000, spans), spans).map(([piece]) => piece?.start);
    expect(starts([span(10, 12), span(450, 451)])).toEqual(starts([]));
    expect(starts([span(298, 302)])).toEqual([0, 302, 600, 900]);
  });
});

describe("history", () => {
  it("undoes, redoes, and forgets what was undone after a change", () => {
    const three = change(change(begin("a"), "b"), "c");
    expect(undo(undo(undo(three))).present).toBe("a");
    expect(redo(undo(three)).present).toBe("c");
    expect(redo(change(undo(three), "d")).present).toBe("d");
    expect(change(three, "c")).toBe(three);
  });
});

describe("files", () => {
  const line = tagged("🦊 Labs met Ada Lovelace", ["🦊 Labs", "ORG"], ["Ada Lovelace", "PER"]);
  const blank = tagged("  ");

  it("writes columns in IOB2 with a blank line after each sentence", () => {
    const sentence = "🦊\tB-ORG\nLabs\tI-ORG\nmet\tO\nAda\tB-PER\nLovelace\tI-PER\n\n";
    expect(toConll([line, blank, line], "IOB2")).toBe(sentence + sentence);
  });

  it("begins a neighbour of the same type anew", () => {
    const lines = [{ ...line, spans: [span(0, 1), span(1, 2)] }];
    expect(toConll(lines, "IOB2")).toContain("🦊\tB-PER\nLabs\tB-PER\n");
  });

  it("writes plain labels without a prefix", () => {
    const plain = tagged("Birds fly", ["Birds", "NOUN"], ["fly", "VERB"]);
    expect(toConll([plain], "plain")).toBe("Birds\tNOUN\nfly\tVERB\n\n");
  });

  it("refuses a word that columns can't hold", () =>
    expect(() => toConll([{ text: "a b", words: [[0, 3]], spans: [] }], "IOB2")).toThrow("a b"));

  it("writes JSON Lines with offsets in code points", () => {
    const { text, entities } = JSON.parse(toJsonLines([blank, line]));
    const said = entities.map((entity: { start: number; end: number; label: string }) => [
      [...text].slice(entity.start, entity.end).join(""),
      entity.label,
    ]);
    expect(said).toEqual([
      ["🦊 Labs", "ORG"],
      ["Ada Lovelace", "PER"],
    ]);
  });

  it("keeps a record on one line for every reader", () => {
    const written = toJsonLines([{ text: "a\u2028b", words: [[0, 3]], spans: [] }]);
    expect(written).toBe('{"text":"a\\u2028b","entities":[]}\n');
  });
});

describe("labels", () => {
  it.each([
    ["IOB2", ["O", "B-PER", "I-PER", "B-PER", "B-LOC", "O", "B-LOC"]],
    ["plain", ["NOUN", "NOUN", "O", "VERB"]],
  ] as const)("are spans and back in %s", (scheme, labels) => {
    const text = labels.map(() => "w").join(" ");
    const words = labels.map((_, index): Range => [2 * index, 2 * index + 1]);
    const spans = spansOf(labels, scheme);
    expect(labelsOf({ text, words, spans }, scheme)).toEqual(labels);
  });

  it("make an entity anew where it doesn't go on", () => {
    const found = spansOf(["I-PER", "I-LOC", "I-LOC"], "IOB2", 4);
    expect(found).toEqual([span(4, 5), span(5, 7, "LOC")]);
  });
});

describe("keys", () => {
  const types = Array.from({ length: 40 }, (_, index) => `T${index}`);

  it("gives each key one type, digits first, and none that does something else", () => {
    const keys = [...keysOf(types).values()];
    expect(keys.slice(0, 11).join("")).toBe("1234567890a");
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.some((key) => TAKEN.includes(key))).toBe(false);
    for (const [type, key] of keysOf(types)) expect(typeOf(types, key)).toBe(type);
  });

  it("knows no type for another key", () => {
    for (const key of ["j", "Enter", "?", "ArrowLeft"]) expect(typeOf(types, key)).toBeUndefined();
    expect(typeOf(["PER"], "2")).toBeUndefined();
  });
});
