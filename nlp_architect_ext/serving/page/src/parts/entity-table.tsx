import { useState } from "preact/hooks";
import type { Line, Span } from "../text/lines";
import { textOf } from "../text/lines";
import { isLow } from "./segments";
import { counted, lookOf, shownScore } from "./types";

/** Rows drawn at once; the rest comes on request. */
const ROWS = 100;

interface Props {
  lines: readonly Line[];
  shown: (line: Line) => readonly Span[];
  types: readonly string[];
  minimum: number;
  onGo(line: number, word: number): void;
}

/** The entities as a table, in the order of the text or the least certain first. */
export function EntityTable({ lines, shown, types, minimum, onGo }: Props) {
  const [byScore, setByScore] = useState(false);
  const [limit, setLimit] = useState(ROWS);
  const rows = lines.flatMap((line, index) => shown(line).map((span) => ({ line, index, span })));
  if (byScore) rows.sort((one, other) => rank(one.span) - rank(other.span));
  if (rows.length === 0) {
    return <p class="empty">No entity found. Choose words in the text and give them a type.</p>;
  }
  return (
    <>
      <table>
        <caption class="unseen">Entities</caption>
        <thead>
          <tr>
            <th scope="col">Type</th>
            <th scope="col">Text</th>
            <th scope="col" class="number" aria-sort={byScore ? "ascending" : "none"}>
              <button type="button" class="sort" onClick={() => setByScore(!byScore)}>
                Score <span aria-hidden="true">{byScore ? "▲" : "↕"}</span>
              </button>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, limit).map(({ line, index, span }) => (
            <tr key={`${index}-${span.start}`} data-low={isLow(span, minimum) || undefined}>
              <td>
                <span class="tag" {...lookOf(types, span.label)}>
                  {span.label}
                </span>
              </td>
              <td>
                <button type="button" class="go" dir="auto" onClick={() => onGo(index, span.start)}>
                  {textOf(line, span.start, span.end)}
                </button>
              </td>
              <td class="number">
                <Score value={span.score} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > limit && (
        <p>
          <button type="button" onClick={() => setLimit(rows.length)}>
            Show all {counted(rows.length, "row")}
          </button>
        </p>
      )}
    </>
  );
}

const rank = (span: Span): number => span.score ?? 2;

function Score({ value }: { value: number | null }) {
  if (value === null) return <span class="muted">{shownScore(value)}</span>;
  return (
    <span class="gauge">
      <span class="bar" aria-hidden="true">
        <span style={{ width: `${Math.round(100 * value)}%` }} />
      </span>
      {shownScore(value)}
    </span>
  );
}
