/** Where the teacher's entities differ from the student's, in a line. */

import type { Span } from "./lines";

export type Verdict = "both" | "type" | "bounds" | "student" | "teacher";

/** One place: what each of the two says there. */
export interface Difference {
  verdict: Verdict;
  student: Span | null;
  teacher: Span | null;
}

/** In words, for the table and for screen readers. */
export const VERDICTS: Record<Verdict, string> = {
  both: "Same",
  type: "Other type",
  bounds: "Other words",
  student: "Only student",
  teacher: "Only teacher",
};

/**
 * Every entity of either, in the order of the text. The same words are compared first; what then
 * remains and overlaps is one entity with other words.
 */
export function compare(student: readonly Span[], teacher: readonly Span[]): Difference[] {
  const left = new Set(teacher);
  const partner = new Map<Span, Span>();
  const pair = (span: Span, fits: (other: Span) => boolean) => {
    if (partner.has(span)) return;
    for (const other of left) {
      if (fits(other)) {
        partner.set(span, other);
        left.delete(other);
        return;
      }
    }
  };
  for (const span of student) {
    pair(span, (other) => other.start === span.start && other.end === span.end);
  }
  for (const span of student) {
    pair(span, (other) => other.start < span.end && span.start < other.end);
  }
  const places = [
    ...student.map((span) => judged(span, partner.get(span) ?? null)),
    ...[...left].map((span) => judged(null, span)),
  ];
  return places.sort((one, other) => startOf(one) - startOf(other));
}

function judged(student: Span | null, teacher: Span | null): Difference {
  return { verdict: verdict(student, teacher), student, teacher };
}

function verdict(student: Span | null, teacher: Span | null): Verdict {
  if (!student) return "teacher";
  if (!teacher) return "student";
  if (student.start !== teacher.start || student.end !== teacher.end) return "bounds";
  return student.label === teacher.label ? "both" : "type";
}

function startOf({ student, teacher }: Difference): number {
  return Math.min(student?.start ?? Infinity, teacher?.start ?? Infinity);
}
