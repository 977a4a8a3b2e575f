/** The service that this page comes from: its models, its predictions, its queues. */

import type { Scheme } from "./text/labels";
import type { Entity, Range } from "./text/lines";

export interface Model {
  name: string;
  labels: string[];
  scheme: Scheme;
  language: string;
  engine: string;
  teacher: boolean;
}

/** What was found in one sentence. */
export interface Prediction {
  text: string;
  words: Range[];
  entities: Entity[];
  teacher_entities: Entity[] | null;
}

/** A list of sentences that are worth a look. */
export type Kind = "uncertain" | "suspicious";

export interface Item {
  id: string;
  text: string;
  words: Range[];
  entities: Entity[];
  uncertainty: number | null;
  labelled: Labelled | null;
}

/** Where a sentence stands in labelled data, and what is suspected there. */
export interface Labelled {
  file: string;
  line: number;
  labels: string[];
  suspects: Suspect[];
}

/** Labels that are probably wrong, of the words from `start` to before `end`. */
export interface Suspect {
  start: number;
  end: number;
  kind: string;
  given: string[];
  suggested: string[];
  score: number | null;
}

/** What went wrong, in words for the person at the page. */
export class ServiceError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

const REMEDIES: Record<number, string> = {
  413: "Tag a shorter text, or one part at a time.",
  429: "Wait a moment and try again.",
  503: "It is busy or still starting: wait a moment and try again.",
};

// Gone with the tab: a token is never written where another session could read it.
const TOKEN = "nlp-architect-ext:token";

export function keepToken(token: string): void {
  try {
    sessionStorage.setItem(TOKEN, token);
  } catch {
    // Storage is off: the token is asked for again after a reload.
  }
  memory = token;
}

export function hasToken(): boolean {
  return Boolean(token());
}

let memory = "";

function token(): string {
  if (memory) return memory;
  try {
    return sessionStorage.getItem(TOKEN) ?? "";
  } catch {
    return "";
  }
}

export async function models(): Promise<Model[]> {
  return (await ask<{ models: Model[] }>("models")).models;
}

/** What is found in each of some sentences, and what the teacher finds there if it's asked. */
export async function predict(
  model: string,
  texts: readonly string[],
  teacher: boolean,
  signal: AbortSignal,
): Promise<Prediction[]> {
  const answer = await ask<{ results: Prediction[] }>(
    `models/${encodeURIComponent(model)}/predict`,
    {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ texts, teacher }),
      signal,
    },
  );
  return answer.results;
}

/** Sentences to look at, and how many there are; the service may not send all at once. */
export interface Queue {
  items: Item[];
  total: number;
}

export async function queue(model: string, kind: Kind): Promise<Queue> {
  const query = kind === "suspicious" ? "?kind=suspicious" : "";
  return await ask<Queue>(`models/${encodeURIComponent(model)}/queue${query}`);
}

async function ask<Answer>(path: string, options: RequestInit = {}): Promise<Answer> {
  const headers = new Headers(options.headers);
  if (token()) headers.set("Authorization", `Bearer ${token()}`);
  let response: Response;
  try {
    response = await fetch(path, { ...options, headers });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new ServiceError(0, "The service doesn't answer. Is it still running?");
  }
  const body = await response.json().catch(() => null);
  if (!response.ok) throw new ServiceError(response.status, wording(response.status, body));
  if (body === null) throw new ServiceError(response.status, "The service's answer can't be read.");
  return body;
}

function wording(status: number, body: { error?: unknown } | null): string {
  const said = typeof body?.error === "string" ? body.error : `The service answered ${status}.`;
  const sentence = /[.!?]$/.test(said) ? said : `${said}.`;
  return [sentence.charAt(0).toUpperCase() + sentence.slice(1), REMEDIES[status]]
    .filter(Boolean)
    .join(" ");
}
