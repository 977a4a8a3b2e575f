// The page: tags what is typed and marks the entities.
import { loadTagger } from "./tagger.js";

const COLOURS = 8; // in style.css
const element = (id) => document.getElementById(id);
const colours = new Map(); // of entity types, in the order in which they are found

function colourOf(type) {
  if (!colours.has(type)) colours.set(type, `colour-${colours.size % COLOURS}`);
  return colours.get(type);
}

function node(name, text, className = "") {
  const made = document.createElement(name);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}

function marked(points, entities) {
  const parts = [];
  let place = 0;
  for (const { label, score, start, end } of entities) {
    parts.push(points.slice(place, start).join(""));
    const mark = node("mark", points.slice(start, end).join(""), colourOf(label));
    mark.append(node("small", `${label} ${score.toFixed(2)}`));
    parts.push(mark);
    place = end;
  }
  return [...parts, points.slice(place).join("")];
}

function row(points, { label, score, start, end }) {
  const made = document.createElement("tr");
  made.append(
    node("td", points.slice(start, end).join("")),
    node("td", label),
    node("td", score.toFixed(4)),
  );
  return made;
}

function show(tagger) {
  const text = element("text").value;
  const threshold = Number(element("threshold").value);
  element("least").value = threshold.toFixed(2);
  const started = performance.now();
  const { entities, words } = tagger.tag(text, threshold);
  const took = performance.now() - started;
  const points = [...text];
  element("marked").replaceChildren(...marked(points, entities));
  element("entities").replaceChildren(...entities.map((entity) => row(points, entity)));
  element("status").textContent =
    `${entities.length} entities in ${words.length} words, ${took.toFixed(2)} ms`;
}

try {
  const model = new URL("model/", document.baseURI).href;
  const tagger = await loadTagger(model, "build/tagger.wasm");
  for (const id of ["text", "threshold"]) element(id).addEventListener("input", () => show(tagger));
  show(tagger);
} catch (error) {
  element("status").textContent = `The model can't be used: ${error.message}`;
}
