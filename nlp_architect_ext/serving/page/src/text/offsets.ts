/** Unicode code points, which the service counts, and UTF-16 units, which JavaScript counts. */

const SURROGATES = /[\ud800-\udfff]/;

const same = (offset: number): number => offset;

/** The UTF-16 unit at which each code point of a text begins; what lies beyond the end is the end. */
export function toUnits(text: string): (codePoint: number) => number {
  if (!SURROGATES.test(text)) return (offset) => Math.min(offset, text.length);
  const units: number[] = [];
  let unit = 0;
  for (const character of text) {
    units.push(unit);
    unit += character.length;
  }
  return (codePoint) => units[codePoint] ?? text.length;
}

/** How many code points stand before each UTF-16 unit of a text. */
export function toCodePoints(text: string): (unit: number) => number {
  if (!SURROGATES.test(text)) return same;
  const codePoints = new Uint32Array(text.length + 1);
  let codePoint = 0;
  let unit = 0;
  for (const character of text) {
    codePoints.fill(codePoint, unit, unit + character.length);
    unit += character.length;
    codePoint += 1;
  }
  codePoints[text.length] = codePoint;
  return (at) => codePoints[at] ?? codePoint;
}
