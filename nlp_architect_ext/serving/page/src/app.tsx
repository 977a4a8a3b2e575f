import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Fault } from "./parts/fault";
import { Help } from "./parts/help";
import { useAnnouncement } from "./parts/live";
import { Theme } from "./parts/theme";
import { Token } from "./parts/token";
import { ReviewView } from "./review-view";
import { hasToken, type Model, models, ServiceError } from "./service";
import { TagView } from "./tag-view";

const VIEWS = { tag: "Tag", review: "Review" } as const;
type View = keyof typeof VIEWS;

const SINGLE_KEYS = "nlp-architect-ext:single-keys";

export function App() {
  const [view, setView] = useView();
  const [known, setKnown] = useState<Model[] | null>(null);
  const [name, setName] = useState("");
  const [fault, setFault] = useState("");
  const [showsHelp, setShowsHelp] = useState(false);
  const [singleKeys, setSingleKeys] = useState(() => setting(SINGLE_KEYS) !== "off");
  const said = useAnnouncement();
  const { ask, dialog } = useToken();

  const load = () => {
    setFault("");
    ask(models).then(setKnown, (error: Error) => setFault(error.message));
  };
  useEffect(load, []);
  useLayoutEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const target = event.target as Element;
      if (event.key !== "?" || target.matches("input, textarea, select")) return;
      if (!singleKeys && !target.matches("[data-word]")) return;
      event.preventDefault();
      setShowsHelp(true);
    };
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, [singleKeys]);
  useEffect(() => {
    document.title = `${VIEWS[view]} · Tagger`;
  }, [view]);

  const model = known?.find((one) => one.name === name) ?? known?.[0];
  const language = model?.language.match(/^[a-z]{2,3}(-\w+)*$/i) ? model.language : undefined;
  const shared = { ask, language: language === "xx" ? undefined : language };
  return (
    <>
      {/* biome-ignore lint/a11y/useValidAnchor: the address names the view, so it stays */}
      <a class="skip" href="#main" onClick={toMain}>
        Skip to the content
      </a>
      <header>
        <nav aria-label="Views">
          {(Object.keys(VIEWS) as View[]).map((one) => (
            <a
              key={one}
              href={`#${one}`}
              aria-current={one === view ? "page" : undefined}
              onClick={() => setView(one)}
            >
              {VIEWS[one]}
            </a>
          ))}
        </nav>
        <div class="row settings">
          {model && (
            <ModelChoice models={known ?? []} model={model} onChoose={(one) => setName(one)} />
          )}
          <button type="button" class="quiet" onClick={() => setShowsHelp(true)}>
            <span class="wide">Keyboard</span> <kbd aria-hidden="true">?</kbd>
          </button>
          <Theme />
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        {fault && <Fault message={fault} onRetry={load} />}
        {!fault && !known && <p role="status">Loading…</p>}
        {known && !model && (
          <>
            <h1>Tagger</h1>
            <p class="empty">The service has no model. Start it with the folder of a run.</p>
          </>
        )}
        {model && view === "tag" && <TagView key={model.name} model={model} {...shared} />}
        {model && view === "review" && (
          <ReviewView key={model.name} model={model} {...shared} singleKeys={singleKeys} />
        )}
      </main>
      <p class="unseen" role="status" aria-live="polite">
        {said}
      </p>
      {dialog}
      {showsHelp && (
        <Help
          singleKeys={singleKeys}
          onSingleKeys={(on) => {
            setSingleKeys(on);
            keepSetting(SINGLE_KEYS, on ? "on" : "off");
          }}
          onClose={() => setShowsHelp(false)}
        />
      )}
    </>
  );
}

interface ChoiceProps {
  models: readonly Model[];
  model: Model;
  onChoose(name: string): void;
}

function ModelChoice({ models, model, onChoose }: ChoiceProps) {
  const about = [model.language, model.engine].filter(Boolean).join(" · ");
  if (models.length < 2) {
    return (
      <p class="model">
        <span class="unseen">Model: </span>
        <b>{model.name}</b> <span class="muted wide">{about}</span>
      </p>
    );
  }
  return (
    <label class="model">
      <span class="unseen">Model</span>
      <select value={model.name} onChange={(event) => onChoose(event.currentTarget.value)}>
        {models.map((one) => (
          <option key={one.name}>{one.name}</option>
        ))}
      </select>
      <span class="muted wide">{about}</span>
    </label>
  );
}

function toMain(event: Event): void {
  event.preventDefault();
  document.getElementById("main")?.focus();
}

/** The view that the address names. */
function useView(): [View, (view: View) => void] {
  const named = (): View => (location.hash === "#review" ? "review" : "tag");
  const [view, setView] = useState(named);
  useEffect(() => {
    const onChange = () => setView(named());
    addEventListener("hashchange", onChange);
    return () => removeEventListener("hashchange", onChange);
  }, []);
  return [view, setView];
}

/** Calls of the service; one that lacks a token waits until there is one, or until it's given up. */
function useToken() {
  const [wanted, setWanted] = useState<{ wasWrong: boolean } | null>(null);
  const waiting = useRef<((isThere: boolean) => void)[]>([]);
  const answer = (isThere: boolean) => {
    setWanted(null);
    for (const go of waiting.current.splice(0)) go(isThere);
  };
  const ask = useCallback(async <Answer,>(call: () => Promise<Answer>): Promise<Answer> => {
    for (;;) {
      try {
        return await call();
      } catch (error) {
        if (!(error instanceof ServiceError) || error.status !== 401) throw error;
        const isThere = await new Promise<boolean>((go) => {
          waiting.current.push(go);
          setWanted({ wasWrong: hasToken() });
        });
        if (!isThere) throw error;
      }
    }
  }, []);
  const dialog = wanted && (
    <Token wasWrong={wanted.wasWrong} onKept={() => answer(true)} onClose={() => answer(false)} />
  );
  return { ask, dialog };
}

export function setting(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function keepSetting(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Storage is off: the setting holds until the page is closed.
  }
}
