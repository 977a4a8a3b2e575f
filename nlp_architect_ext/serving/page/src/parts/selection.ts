/** Which words are chosen, and how keys and the mouse move the choice. */

import type { Line, Range, Span } from "../text/lines";
import { spanAt } from "../text/spans";

export interface Selection {
  readonly line: number;
  readonly anchor: number;
  readonly caret: number;
  /** Chosen word by word; without, the entity around the caret is meant. */
  readonly exact: boolean;
}

/** The words that an action is about. */
export function meant(selection: Selection, shown: readonly Span[]): Range {
  const { anchor, caret, exact } = selection;
  if (!exact) {
    const span = spanAt(shown, caret);
    if (span) return [span.start, span.end];
  }
  return [Math.min(anchor, caret), Math.max(anchor, caret) + 1];
}

export function caretAt(line: number, word: number): Selection {
  return { line, anchor: word, caret: word, exact: false };
}

/** The caret some words on; at the end of a line it goes to the next line that has words. */
export function step(
  lines: readonly Line[],
  at: Selection,
  by: 1 | -1,
  extend: boolean,
): Selection {
  const word = at.caret + by;
  const count = lines[at.line]?.words.length ?? 0;
  if (word >= 0 && word < count) return moved(at, word, extend);
  if (extend) return { ...at, exact: true };
  for (let line = at.line + by; line >= 0 && line < lines.length; line += by) {
    const words = lines[line]?.words.length ?? 0;
    if (words > 0) return caretAt(line, by > 0 ? 0 : words - 1);
  }
  return at;
}

/** The caret at another word of its line. */
export function moved(at: Selection, word: number, extend: boolean): Selection {
  if (!extend) return caretAt(at.line, word);
  return { line: at.line, anchor: at.anchor, caret: word, exact: true };
}

const wordsOf = (line: Element): HTMLElement[] => [
  ...line.querySelectorAll<HTMLElement>("[data-word]"),
];

/** The word above or below, nearest in sight; null at the first and the last row. */
export function rowAway(root: Element, word: HTMLElement, by: 1 | -1): HTMLElement | null {
  const here = word.getBoundingClientRect();
  const words = wordsOf(root);
  const middle = (here.left + here.right) / 2;
  let row: number | null = null;
  let best: HTMLElement | null = null;
  let distance = Infinity;
  for (let index = words.indexOf(word) + by; index >= 0 && index < words.length; index += by) {
    const other = words[index] as HTMLElement;
    const box = other.getBoundingClientRect();
    if (by * (box.top - here.top) < here.height / 2) continue;
    row ??= box.top;
    if (by * (box.top - row) > here.height / 2) break;
    const away = Math.abs((box.left + box.right) / 2 - middle);
    if (away < distance) {
      distance = away;
      best = other;
    }
  }
  return best;
}

/** The words that the browser's own selection touches within the line where it begins. */
export function fromBrowser(root: Element): Selection | null {
  const selection = document.getSelection();
  if (!selection || selection.isCollapsed || selection.rangeCount === 0) return null;
  const range = selection.getRangeAt(0);
  const line = closest(selection.anchorNode, "[data-line-index]");
  if (!line || !root.contains(line)) return null;
  const from = range.cloneRange();
  from.collapse(true);
  const to = range.cloneRange();
  to.collapse(false);
  const touched = wordsOf(line).filter((word) => {
    const text = word.firstChild as Text;
    return from.comparePoint(text, text.length) > 0 && to.comparePoint(text, 0) < 0;
  });
  const first = touched[0];
  const last = touched.at(-1);
  if (!first || !last) return null;
  const backwards = range.startContainer !== selection.anchorNode;
  const ends = [Number(first.dataset.word), Number(last.dataset.word)];
  const [anchor, caret] = (backwards ? ends.reverse() : ends) as [number, number];
  return { line: Number((line as HTMLElement).dataset.lineIndex), anchor, caret, exact: true };
}

function closest(node: Node | null, selector: string): Element | null {
  const element = node instanceof Element ? node : node?.parentElement;
  return element?.closest(selector) ?? null;
}

/** Line and word of an element of the text. */
export function placeOf(target: EventTarget | null): { line: number; word: number } | null {
  const word = target instanceof Element ? target.closest<HTMLElement>("[data-word]") : null;
  const line = word?.closest<HTMLElement>("[data-line-index]");
  if (!word || !line) return null;
  return { line: Number(line.dataset.lineIndex), word: Number(word.dataset.word) };
}

export function elementOf(root: Element | null, at: Selection): HTMLElement | null {
  return root?.querySelector(`[data-line-index="${at.line}"] [data-word="${at.caret}"]`) ?? null;
}
