"""The student's training speed with stored soft labels, and with a teacher in every step.

    python benchmarks/training_speed.py --threads 2

Steps of 32 sentences, half of them labelled, as the default recipe takes them. A teacher of the
size of BERT-base, or what `--teachers` names, reads each batch of such steps once, in both of its
arithmetics; its time is added to the student's.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.optim import Adam

from nlp_architect_ext.batches.batch import Batch
from nlp_architect_ext.batches.encoding import EncodedSentence, encode
from nlp_architect_ext.batches.streams import BatchStream
from nlp_architect_ext.benchmark.random_bert import ARCHITECTURES, random_bert
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.formats.columns import read_columns
from nlp_architect_ext.data.vocabulary import Vocabulary
from nlp_architect_ext.layers.decoder import Decoder
from nlp_architect_ext.students.base import build
from nlp_architect_ext.teachers.transformer import TransformerTokenClassifier
from nlp_architect_ext.training.objectives import Distillation

BATCH, LABELLED, POOL = 32, 300, 1_700
TEACHER_STEPS = 8


def milliseconds(call: Callable[[], object], rounds: int) -> float:
    """The median of some calls, after one."""
    call()
    found = []
    for _ in range(rounds):
        started = time.perf_counter()
        call()
        found.append(1000 * (time.perf_counter() - started))
    return statistics.median(found)


def encoded(
    sentences: list[Sentence], vocabulary: Vocabulary, labels: LabelSet
) -> tuple[list[EncodedSentence], list[EncodedSentence]]:
    """Labelled and unlabelled sentences with random soft labels: their values cost no time."""
    random = np.random.default_rng(0)
    parts = sentences[:LABELLED], [sentence.without_labels() for sentence in sentences[LABELLED:]]
    soft = [
        [random.normal(size=(len(s), len(labels))).astype(np.float16) for s in part]
        for part in parts
    ]
    labelled, unlabelled = (
        encode(part, vocabulary, labels, max_words=250, soft_labels=logits)
        for part, logits in zip(parts, soft, strict=True)
    )
    return labelled, unlabelled


def student_step(
    batches: Iterator[Batch], vocabulary: Vocabulary, labels: LabelSet, use_crf: bool
) -> Callable[[], None]:
    """A step of the default recipe on the next batch."""
    torch.manual_seed(1)
    arguments = {"freeze_words": True}
    model = nn.ModuleDict(
        {
            "student": build(
                "cnn-lstm",
                vocabulary.word_count,
                vocabulary.character_count,
                len(labels),
                arguments,
            ),
            "decoder": (decoder := Decoder(labels, use_crf)),
        }
    )
    objective = Distillation(decoder, temperature=2.0, task_weight=1.0, distillation_weight=1.0)
    optimizer = Adam(model.parameters(), lr=0.003, fused=True)

    def step() -> None:
        batch = next(batches)
        optimizer.zero_grad()
        objective.loss(model["student"], batch)[0].backward()
        nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()

    return step


def teacher_milliseconds(
    name: str, precision: str, sentences: list[Sentence], vocabulary: Vocabulary, labels: LabelSet
) -> float:
    """What the teacher takes for the sentences of a step."""
    model, tokenizer = random_bert(name, len(labels), vocabulary)
    teacher = TransformerTokenClassifier(
        model, tokenizer, labels.names, labels, name=name, precision=precision
    )
    drawn = (
        np.random.default_rng(1)
        .permutation(len(sentences))[: (TEACHER_STEPS + 1) * BATCH]
        .reshape(-1, BATCH)
    )
    draws = iter(drawn.tolist())
    return milliseconds(
        lambda: teacher.logits([sentences[index] for index in next(draws)]), TEACHER_STEPS
    )


def main() -> None:
    """Time both and print sentences a second."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=Path("../shared/data/gmb/train.txt"))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--teachers", nargs="+", choices=ARCHITECTURES, default=list(ARCHITECTURES))
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    sentences = [
        s for s, _ in zip(read_columns(options.data), range(LABELLED + POOL), strict=False)
    ]
    labels = LabelSet.for_types(
        name[2:] for s in sentences for name in s.labels or () if name != "O"
    )
    vocabulary = Vocabulary.build(sentences)
    stream = BatchStream(
        *encoded(sentences, vocabulary, labels), BATCH, 0.5, seed=1, minimum_steps=4 * options.steps
    )
    batches = stream.epoch(0)
    steps = {
        decoder: milliseconds(
            student_step(batches, vocabulary, labels, use_crf=decoder == "CRF"), options.steps
        )
        for decoder in ("softmax", "CRF")
    }
    print("| | ms a step of 32 sentences | sentences/s |\n|---|---|---|")
    for name, taken in steps.items():
        print(f"| student, {name} | {taken:.1f} | {1000 * BATCH / taken:.0f} |", flush=True)
    for name, precision in product(options.teachers, ("fp32", "bf16")):
        both = (
            teacher_milliseconds(name, precision, sentences, vocabulary, labels) + steps["softmax"]
        )
        print(
            f"| with {name} ({precision}) in every step | {both:.0f} | {1000 * BATCH / both:.1f} "
            "|: "
            f"the student alone is {both / steps['softmax']:.1f} times as fast",
            flush=True,
        )


if __name__ == "__main__":
    main()
