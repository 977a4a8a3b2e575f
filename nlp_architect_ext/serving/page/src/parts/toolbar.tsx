import type { RefObject } from "preact";
import { useRef, useState } from "preact/hooks";
import { keysOf } from "../text/keys";
import type { Edge } from "./actions";
import { lookOf } from "./types";

export interface Commands {
  give(label: string): void;
  take(): void;
  stretch(edge: Edge, grow: boolean): void;
  undo(): void;
  redo(): void;
}

interface Props {
  types: readonly string[];
  pressed: string | undefined;
  commands: Commands;
  canUndo: boolean;
  canRedo: boolean;
  controls: string;
}

/** The types as buttons, which are the legend as well, and what else can be done to a span. */
export function Toolbar({ types, pressed, commands, canUndo, canRedo, controls }: Props) {
  const keys = keysOf(types);
  const bar = useRef<HTMLDivElement>(null);
  const [stop, onKeyDown, onFocusIn] = useRoving(bar);
  const tools: [name: string, key: string, run: () => void, off?: boolean][] = [
    ["Remove", "Del", commands.take],
    ["Shorter", "[", () => commands.stretch("end", false)],
    ["Longer", "]", () => commands.stretch("end", true)],
    ["Undo", "", commands.undo, !canUndo],
    ["Redo", "", commands.redo, !canRedo],
  ];
  const at = (index: number) => ({ tabIndex: index === stop ? 0 : -1 });
  return (
    <div
      ref={bar}
      role="toolbar"
      aria-label="Types and changes"
      aria-controls={controls}
      class="toolbar"
      tabIndex={-1}
      onKeyDown={onKeyDown}
      onFocusIn={onFocusIn}
    >
      <div class="types">
        {types.map((type, index) => (
          <button
            key={type}
            type="button"
            class="type"
            {...at(index)}
            {...lookOf(types, type)}
            aria-pressed={type === pressed}
            aria-keyshortcuts={keys.get(type)}
            onClick={() => commands.give(type)}
          >
            {type}
            {keys.has(type) && <kbd aria-hidden="true">{keys.get(type)}</kbd>}
          </button>
        ))}
      </div>
      <div class="tools">
        {tools.map(([name, key, run, off], index) => (
          <button
            key={name}
            type="button"
            {...at(types.length + index)}
            aria-disabled={off}
            onClick={() => off || run()}
          >
            {name}
            {key && <kbd aria-hidden="true">{key}</kbd>}
          </button>
        ))}
      </div>
    </div>
  );
}

/** One stop for Tab; arrow keys, Home and End go from button to button. */
function useRoving(bar: RefObject<HTMLElement | null>) {
  const [stop, setStop] = useState(0);
  const buttons = () => [...(bar.current?.querySelectorAll("button") ?? [])];
  const onKeyDown = (event: KeyboardEvent) => {
    const all = buttons();
    const last = all.length - 1;
    const targets: Record<string, number> = {
      ArrowRight: stop === last ? 0 : stop + 1,
      ArrowLeft: stop === 0 ? last : stop - 1,
      Home: 0,
      End: last,
    };
    const target = targets[event.key];
    if (target === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    all[target]?.focus();
  };
  const onFocusIn = (event: FocusEvent) => {
    const index = buttons().indexOf(event.target as HTMLButtonElement);
    if (index >= 0) setStop(index);
  };
  return [stop, onKeyDown, onFocusIn] as const;
}
