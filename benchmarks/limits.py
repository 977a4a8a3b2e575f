r"""Where an export's time goes in each engine, and what the processor could do.

    python benchmarks/limits.py dist ../shared/data/gmb/dev.txt \
        ../shared/data/unlabelled/gmb_voa.txt

One thread. First what one core reaches in large products of matrices, by ONNX Runtime (the
processor's own limit in int8 is what int8_peak.cpp prints). Then microseconds a sentence of each
step from words to entities, and what the network's multiplications make of that. Last, words a
second from raw text to entities, by processor time: at first sight of the text, and again.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.formats.columns import read_columns
from nlp_architect_ext.runtime.engines import Engine, engines
from nlp_architect_ext.runtime.folder import GRAPH

SIZE, SENTENCES, ROUNDS, MINIMUM_SECONDS = 768, 128, 9, 0.1
TEXTS, AT_ONCE = 8192, 100  # lines of raw text, and those of a call


def seconds(call: Callable[[], object]) -> float:
    """Of a call; the best of some rounds, since what else the machine does only adds to it."""
    call()
    found = []
    for _ in range(ROUNDS):
        count, started = 0, time.perf_counter()
        while time.perf_counter() - started < MINIMUM_SECONDS:
            call()
            count += 1
        found.append((time.perf_counter() - started) / count)
    return min(found)


def session(model: onnx.ModelProto) -> onnxruntime.InferenceSession:
    """A session of one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


def peak(operator: str, weights: np.ndarray, inputs: np.ndarray) -> float:
    """Multiplications a second, in thousand millions, of a product of two square matrices."""
    result = TensorProto.INT32 if operator == "MatMulInteger" else TensorProto.FLOAT
    graph = helper.make_graph(
        [helper.make_node(operator, ["x", "w"], ["y"])],
        "product",
        [
            helper.make_tensor_value_info(
                "x", helper.np_dtype_to_tensor_dtype(inputs.dtype), [SIZE, SIZE]
            )
        ],
        [helper.make_tensor_value_info("y", result, [SIZE, SIZE])],
        [numpy_helper.from_array(weights, "w")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    product = session(model)
    return SIZE**3 / seconds(lambda: product.run(None, {"x": inputs})) / 1e9


def multiplications(folder: Path) -> int:
    """Numbers in the network's weight matrices, each used once a word; biases are 0.3 % more."""
    graph = onnx.load(folder / GRAPH).graph
    return sum(
        int(np.prod(weights.dims))
        for weights in graph.initializer
        if len(weights.dims) > 1 and weights.dims[-1] > 1
    )


def steps(tagger: Any, parts: list[list[Sentence]]) -> dict[str, float]:
    """Seconds of each step for all parts, one after the other."""
    size = len(parts[0])
    count = sum(map(len, parts))
    networks = [tagger.network(part, size) for part in parts]
    predictions = [tagger.predict_labels(part, size) for part in parts]

    def entities() -> None:
        for part, found in zip(parts, predictions, strict=True):
            for sentence, prediction in zip(part, found, strict=True):
                tagger.entities(sentence, prediction)

    taken = {
        "features of words, and the network": lambda: [
            tagger.emissions(part, size) for part in parts
        ],
        "the network alone": lambda: [network() for network in networks],
        "labels": lambda: [tagger.predict_labels(part, size) for part in parts],
        "entities of labels": entities,
        "all": lambda: [tagger.predict(part, size) for part in parts],
    }
    return {name: 1e6 * seconds(call) / count for name, call in taken.items()}


def words_a_second(engine: Engine, folder: Path, texts: Path) -> list[float]:
    """Raw text to entities, by processor time: at first sight, and again."""
    with texts.open(encoding="utf-8") as file:
        lines = [line.rstrip("\n") for line in islice(file, TEXTS)]
    tagger = engine.load(folder)
    taken = []
    for _ in range(2):
        started = time.process_time()
        for start in range(0, len(lines), AT_ONCE):
            tagger.predict(lines[start : start + AT_ONCE])
        taken.append(time.process_time() - started)
    words = sum(len(tagger.sentence(line)) for line in lines)
    return [words / one for one in taken]


def report(engine: Engine, folder: Path, sentences: list[Sentence]) -> None:
    """Print the steps of an engine by batch size; 12 is what the kernel's chunks hold."""
    words = sum(map(len, sentences)) / len(sentences)
    each = multiplications(folder) * words
    tagger = engine.load(folder)
    for size in (1, 12, 32, 128):
        parts = [sentences[start : start + size] for start in range(0, len(sentences), size)]
        taken = steps(tagger, parts)
        print(f"{folder}, {engine.name}, batch {size}, {words:.1f} words, us a sentence:")
        for name, micros in taken.items():
            print(f"  {micros:7.1f}  {name}")
        rate = each / taken["the network alone"] / 1e3
        print(f"  {each / 1e6:.1f} million multiplications: {rate:.0f} thousand million a second")


def main() -> None:
    """Print all of it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("export", type=Path, nargs="+")
    parser.add_argument("sentences", type=Path)
    parser.add_argument("texts", type=Path)
    options = parser.parse_args()
    random = np.random.default_rng(0)
    whole = random.integers(0, 100, (SIZE, SIZE))
    fp32 = peak("MatMul", whole.astype(np.float32), whole.astype(np.float32))
    int8 = peak("MatMulInteger", whole.astype(np.int8), whole.astype(np.uint8))
    print(
        f"large products on a core: {fp32:.0f} thousand million multiplications a second in fp32, "
        f"{int8:.0f} in int8"
    )
    sentences = sorted(islice(read_columns(options.sentences), SENTENCES), key=len)
    for folder in options.export:
        for engine in engines(folder):
            report(engine, folder, sentences)
            first, again = words_a_second(engine, folder, options.texts)
            print(f"  raw text: {first:,.0f} words/s, again {again:,.0f}", flush=True)


if __name__ == "__main__":
    main()
