/** How a type looks: one of eight colours, and beyond them another line under the text. */

const COLOURS = 8;

export interface Look {
  "data-colour": number;
  "data-line": number;
}

export function lookOf(types: readonly string[], label: string): Look {
  const index = types.indexOf(label);
  // A type that the model doesn't know, such as one of the teacher's, is grey.
  if (index < 0) return { "data-colour": COLOURS - 1, "data-line": 1 };
  return { "data-colour": index % COLOURS, "data-line": Math.floor(index / COLOURS) % 4 };
}

export function shownScore(score: number | null): string {
  return score === null ? "by a person" : score.toFixed(2);
}

export function counted(count: number, noun: string): string {
  const plural = noun.endsWith("y") ? `${noun.slice(0, -1)}ies` : `${noun}s`;
  return `${count.toLocaleString("en")} ${count === 1 ? noun : plural}`;
}
