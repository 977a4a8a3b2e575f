// The kernel as WebAssembly: a model's files in, entities of text out. Runs in browsers and in node.

/** The files of a model that are read. */
export const FILES = [
  "config.json",
  "vocabulary.json",
  "words.safetensors",
  "network.safetensors",
  "splitting.json",
  "MANIFEST.json",
];
const POINTER = 4; // bytes
const SPAN = 32; // bytes of an nlp_span: label, score, byte_start, byte_end, start, end
const ERROR = 256; // bytes for a line that says what was wrong

/**
 * Loads a tagger from a folder on a server.
 * @param {string} folder address of an exported model, with a slash at its end
 * @param {string} kernel address of tagger.wasm
 */
export async function loadTagger(folder, kernel) {
  const contents = await Promise.all([kernel, ...FILES.map((name) => folder + name)].map(read));
  return openTagger(contents[0], contents.slice(1));
}

/**
 * Opens a tagger from memory.
 * @param {BufferSource} kernel the content of tagger.wasm
 * @param {Uint8Array[]} files contents of the model's files, in the order of FILES
 */
export async function openTagger(kernel, files) {
  let memory;
  const { instance } = await WebAssembly.instantiate(kernel, system(() => memory));
  memory = instance.exports.memory;
  instance.exports._initialize();
  return new Tagger(instance.exports, files);
}

async function read(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${response.status} ${response.statusText}`);
  return new Uint8Array(await response.arrayBuffer());
}

// What a program without files, clock and environment asks of its system.
function system(memory) {
  const nothing = () => 0;
  const noEnvironment = (count, size) => {
    const view = new DataView(memory().buffer);
    view.setUint32(count, 0, true);
    view.setUint32(size, 0, true);
    return 0;
  };
  const stop = () => {
    throw new Error("the kernel stopped");
  };
  const unsupported = () => 52; // wasi's ENOSYS
  const known = {
    emscripten_notify_memory_growth: nothing,
    environ_get: nothing,
    environ_sizes_get: noEnvironment,
    proc_exit: stop,
    abort: stop,
  };
  const functions = new Proxy(known, { get: (own, name) => own[name] ?? unsupported });
  return { env: functions, wasi_snapshot_preview1: functions };
}

/** Finds entities in text; `entities` and `words` are lists of {label, score, start, end}. */
class Tagger {
  #kernel;
  #tagger;

  constructor(kernel, files) {
    this.#kernel = kernel;
    const held = files.map((content) => ({ place: this.#put(content), size: content.length }));
    const table = kernel.malloc(2 * POINTER * FILES.length);
    const view = new DataView(kernel.memory.buffer);
    held.forEach(({ place, size }, index) => {
      view.setUint32(table + 2 * POINTER * index, place, true);
      view.setUint32(table + 2 * POINTER * index + POINTER, size, true);
    });
    try {
      this.#tagger = this.#checked((error) =>
        kernel.nlp_tagger_open_files(table, 1, error, ERROR),
      );
    } finally {
      [table, ...held.map(({ place }) => place)].forEach((place) => kernel.free(place));
    }
  }

  /**
   * Tags a text. Places count code points: `[...text].slice(start, end)`.
   * @param {string} text
   * @param {number} threshold entities that score below are left out
   */
  tag(text, threshold = 0) {
    const kernel = this.#kernel;
    const content = new TextEncoder().encode(text);
    const place = this.#put(content);
    try {
      const result = this.#checked((error) =>
        kernel.nlp_tagger_tag(this.#tagger, place, content.length, threshold, error, ERROR),
      );
      const found = {
        entities: this.#spans(
          kernel.nlp_result_entities(result),
          kernel.nlp_result_entity_count(result),
        ),
        words: this.#spans(kernel.nlp_result_words(result), kernel.nlp_result_word_count(result)),
      };
      kernel.nlp_result_free(result);
      return found;
    } finally {
      kernel.free(place);
    }
  }

  #put(content) {
    const place = this.#kernel.malloc(content.length + 1); // never of no bytes: that may be null
    if (!place) throw new Error("out of memory");
    new Uint8Array(this.#kernel.memory.buffer, place, content.length).set(content);
    return place;
  }

  // What a call gives, or the line that says what was wrong.
  #checked(call) {
    const place = this.#put(new Uint8Array(ERROR));
    try {
      const given = call(place);
      if (!given) throw new Error(this.#string(place));
      return given;
    } finally {
      this.#kernel.free(place);
    }
  }

  #string(place) {
    const bytes = new Uint8Array(this.#kernel.memory.buffer, place);
    return new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0)));
  }

  #spans(place, count) {
    const view = new DataView(this.#kernel.memory.buffer);
    const names = new Map(); // labels are few, and the same ones come again
    return Array.from({ length: count }, (_, index) => {
      const span = place + index * SPAN;
      const label = view.getUint32(span, true);
      if (!names.has(label)) names.set(label, this.#string(label));
      return {
        label: names.get(label),
        score: view.getFloat64(span + 8, true),
        start: view.getUint32(span + 24, true),
        end: view.getUint32(span + 28, true),
      };
    });
  }
}
