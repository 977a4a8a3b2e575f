import { useState } from "preact/hooks";
import { compare, type Difference, VERDICTS, type Verdict } from "../text/compare";
import { type Line, type Span, textOf } from "../text/lines";
import { assign, remove } from "../text/spans";
import { announce } from "./live";
import { counted, lookOf } from "./types";

const ROWS = 100;

interface Props {
  lines: readonly Line[];
  shown: (line: Line) => readonly Span[];
  teacher: readonly Line[];
  types: readonly string[];
  onGo(line: number, word: number): void;
  onChange(line: number, spans: readonly Span[]): void;
}

/** Student and teacher, place by place: what they say and how it differs. */
export function DifferenceTable({ lines, shown, teacher, types, onGo, onChange }: Props) {
  const [all, setAll] = useState(false);
  const [limit, setLimit] = useState(ROWS);
  const places = lines.flatMap((line, index) =>
    compare(shown(line), teacher[index]?.spans ?? []).map((place) => ({ line, index, place })),
  );
  const rows = places.filter(({ place }) => all || place.verdict !== "both");
  const take = (index: number, line: Line, place: Difference) => {
    onChange(index, asTeacher(line.spans, place));
    announce("Taken from the teacher.");
  };
  const cell = (line: Line, span: Span | null) =>
    span ? (
      <>
        <span class="tag" {...lookOf(types, span.label)}>
          {span.label}
        </span>{" "}
        <bdi>{textOf(line, span.start, span.end)}</bdi>
      </>
    ) : (
      <span class="muted">nothing</span>
    );
  return (
    <>
      <p class="summary">{summary(places.map(({ place }) => place.verdict))}</p>
      <label class="check">
        <input
          type="checkbox"
          checked={all}
          onChange={(event) => setAll(event.currentTarget.checked)}
        />
        Also list what both say
      </label>
      {rows.length > 0 && (
        <table class="differences">
          <caption class="unseen">Student and teacher</caption>
          <thead>
            <tr>
              <th scope="col">Difference</th>
              <th scope="col">Student</th>
              <th scope="col">Teacher</th>
              <td />
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, limit).map(({ line, index, place }) => {
              const word = (place.student ?? place.teacher)?.start ?? 0;
              return (
                <tr key={`${index}-${word}-${place.verdict}`}>
                  <th scope="row">
                    <button type="button" class="go" onClick={() => onGo(index, word)}>
                      {VERDICTS[place.verdict]}
                    </button>
                  </th>
                  <td data-whose="Student">{cell(line, place.student)}</td>
                  <td data-whose="Teacher">{cell(line, place.teacher)}</td>
                  <td>
                    {place.verdict !== "both" && (
                      <button type="button" onClick={() => take(index, line, place)}>
                        Take the teacher’s
                      </button>
                    )}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
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

/** The spans with the teacher's at one place. */
export function asTeacher(spans: readonly Span[], { student, teacher }: Difference) {
  const rest = student ? remove(spans, student.start, student.end) : spans;
  return teacher ? assign(rest, teacher.start, teacher.end, teacher.label) : rest;
}

function summary(verdicts: readonly Verdict[]): string {
  if (verdicts.length === 0) return "Neither finds an entity.";
  const count = (verdict: Verdict) => verdicts.filter((one) => one === verdict).length;
  const differing = verdicts.length - count("both");
  if (differing === 0) return `They agree on all ${counted(verdicts.length, "entity")}.`;
  const parts = (["student", "teacher", "type", "bounds"] as const)
    .filter((verdict) => count(verdict) > 0)
    .map((verdict) => `${count(verdict)} ${VERDICTS[verdict].toLowerCase()}`);
  return `They agree on ${count("both")} of ${counted(verdicts.length, "entity")}: ${parts.join(", ")}.`;
}
