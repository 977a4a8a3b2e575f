import { useState } from "preact/hooks";
import type { SavedFile } from "../text/export";
import { announce } from "./live";

interface Props {
  files: readonly SavedFile[];
  sentences: number;
  name: string;
}

/** Buttons that save sentences, one a file. */
export function Download({ files, sentences, name }: Props) {
  const [fault, setFault] = useState("");
  const save = ({ ending, content }: SavedFile) => {
    if (sentences === 0) return;
    try {
      offer(`${name}.${ending}`, content());
      setFault("");
      announce(`Saved ${name}.${ending}.`);
    } catch (error) {
      setFault((error as Error).message);
    }
  };
  return (
    <div class="row">
      {files.map((file) => (
        <button
          key={file.title}
          type="button"
          aria-disabled={sentences === 0}
          onClick={() => save(file)}
        >
          {file.title} <span class="muted">.{file.ending}</span>
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
