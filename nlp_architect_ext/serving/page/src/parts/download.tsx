import { useState } from "preact/hooks";
import { FORMATS, type Format } from "../text/export";
import type { Line } from "../text/lines";
import { announce } from "./live";

interface Props {
  lines: () => readonly Line[];
  sentences: number;
  name: string;
}

/** Buttons that save sentences as training data, one a format. */
export function Download({ lines, sentences, name }: Props) {
  const [fault, setFault] = useState("");
  const save = (format: Format) => {
    if (sentences === 0) return;
    const { ending, write } = FORMATS[format];
    try {
      offer(`${name}.${ending}`, write(lines()));
      setFault("");
      announce(`Saved ${name}.${ending}.`);
    } catch (error) {
      setFault((error as Error).message);
    }
  };
  return (
    <div class="row">
      {(Object.keys(FORMATS) as Format[]).map((format) => (
        <button
          key={format}
          type="button"
          aria-disabled={sentences === 0}
          onClick={() => save(format)}
        >
          {FORMATS[format].title} <span class="muted">.{FORMATS[format].ending}</span>
        </button>
      ))}
      {fault && (
        <p role="alert" class="fault">
          {fault}
        </p>
      )}
    </div>
  );
}

function offer(name: string, content: string): void {
  const url = URL.createObjectURL(new Blob([content], { type: "text/plain;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser reads it after this turn.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
