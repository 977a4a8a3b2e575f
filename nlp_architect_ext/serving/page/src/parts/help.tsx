import { Dialog } from "./dialog";

const IN_TEXT: [keys: string[], what: string][] = [
  [["←", "→"], "Word by word"],
  [["↑", "↓"], "Row by row"],
  [["Home", "End"], "First and last word of the sentence; with Ctrl of the text"],
  [["Shift + arrow"], "Choose several words"],
  [["1", "2", "…"], "Give the type whose button shows this key"],
  [["Delete"], "Remove the entity"],
  [["[", "]", "−", "+"], "One word shorter or longer at its end"],
  [["{", "}"], "One word longer or shorter at its start"],
  [["Ctrl + Z", "Ctrl + Y"], "Undo and redo"],
];

const IN_REVIEW: [keys: string[], what: string][] = [
  [["Enter"], "Accept, from within the text"],
  [["j", "k"], "Next and previous sentence"],
  [["s"], "Skip"],
  [["Alt + ↓", "Alt + ↑"], "Next and previous sentence, from anywhere"],
];

const ELSEWHERE: [keys: string[], what: string][] = [
  [["Ctrl + Enter"], "Tag the text, from within the field"],
  [["?"], "This help"],
];

interface Props {
  singleKeys: boolean;
  onSingleKeys(on: boolean): void;
  onClose(): void;
}

export function Help({ singleKeys, onSingleKeys, onClose }: Props) {
  return (
    <Dialog title="Keyboard and mouse" onClose={onClose}>
      <h3>In the tagged text</h3>
      <p>
        Drag over words, or press one: it snaps to whole words. A press on an entity means all of
        it, a double press one word of it. Then press a type.
      </p>
      <Keys of={IN_TEXT} />
      <h3>In the review</h3>
      <Keys of={IN_REVIEW} />
      <h3>Anywhere</h3>
      <Keys of={ELSEWHERE} />
      <label class="check">
        <input
          type="checkbox"
          checked={singleKeys}
          onChange={(event) => onSingleKeys(event.currentTarget.checked)}
        />
        <span>
          <kbd>j</kbd> <kbd>k</kbd> <kbd>s</kbd> <kbd>?</kbd> also work outside of the text
        </span>
      </label>
    </Dialog>
  );
}

function Keys({ of }: { of: [keys: string[], what: string][] }) {
  return (
    <dl class="keys">
      {of.map(([keys, what]) => (
        <div key={what}>
          <dt>
            {keys.map((key) => (
              <kbd key={key}>{key}</kbd>
            ))}
          </dt>
          <dd>{what}</dd>
        </div>
      ))}
    </dl>
  );
}
