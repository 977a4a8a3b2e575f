import { inWords, withSuggestion } from "../review/relabelling";
import type { Labelled } from "../service";
import type { Scheme } from "../text/labels";
import { type Line, type Span, textOf } from "../text/lines";
import { equal } from "../text/spans";
import { announce } from "./live";

interface Props {
  labelled: Labelled;
  line: Line;
  scheme: Scheme;
  onTake(spans: readonly Span[]): void;
  onShow(word: number): void;
}

/** What is suspected in a labelled sentence, and what is suggested instead. */
export function Suspects({ labelled, line, scheme, onTake, onShow }: Props) {
  return (
    <ul class="suspects">
      {labelled.suspects.map((suspect) => {
        const { start, end, kind, given, suggested, score } = suspect;
        const words = textOf(line, start, end);
        const wanted = inWords(line, suggested, scheme, start);
        const taken = withSuggestion(line.spans, suspect, scheme);
        const isTaken = equal(taken, line.spans);
        return (
          <li key={`${start} ${end}`}>
            <p>
              <button type="button" class="quiet" onClick={() => onShow(start)}>
                “{words}”
              </button>{" "}
              the data has {inWords(line, given, scheme, start)}, suggested is {wanted}
              <span class="muted">
                {" "}
                · {kind}
                {score !== null && `, ${score.toFixed(3)}`}
              </span>
            </p>
            <button
              type="button"
              aria-disabled={isTaken}
              aria-label={`Take the suggestion for ${words}`}
              onClick={() => {
                if (isTaken) return announce("It is taken.");
                onTake(taken);
                announce(`Taken: ${wanted}.`);
              }}
            >
              Take the suggestion
            </button>
          </li>
        );
      })}
      <li class="muted">
        {labelled.file}:{labelled.line}
      </li>
    </ul>
  );
}
