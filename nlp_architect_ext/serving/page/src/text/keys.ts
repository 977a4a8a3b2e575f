/** Which key gives which type, and which keys do something else. */

/** Letters that never give a type: next, previous, skip. */
export const TAKEN = "jks";

const KEYS = [..."1234567890", ..."abcdefghijklmnopqrstuvwxyz"].filter(
  (key) => !TAKEN.includes(key),
);

/** A key for each type, digits first; types beyond the keys have none and are given by button. */
export function keysOf(types: readonly string[]): Map<string, string> {
  return new Map(types.slice(0, KEYS.length).map((type, index) => [type, KEYS[index] as string]));
}

/** The type that a key gives. */
export function typeOf(types: readonly string[], key: string): string | undefined {
  return types[KEYS.indexOf(key.toLowerCase())];
}
