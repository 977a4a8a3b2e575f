"""spaCy's entity recogniser, as its small pipelines have it, as a rival."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Sequence
from typing import Any

import spacy
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example
from spacy.util import minibatch
from thinc.api import fix_random_seed

from nlp_architect_ext.benchmark.scoring import f1_of
from nlp_architect_ext.benchmark.system import System
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.progress import Bar, bar
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.corpus import Corpus
from nlp_architect_ext.data.sampling import dev_sample

NAME = "spaCy's NER component"
EPOCHS, PATIENCE = 60, 10  # it stops when dev doesn't get better
DEV = 1000  # dev sentences that pick the epoch, as for our students
BATCH, DROPOUT = 16, 0.2

Labels = list[Sequence[str]]


def spacy_system(pipeline: Language, labels: LabelSet, is_trained: bool) -> System:
    """A pipeline's recogniser among the systems that are compared.

    Args:
        pipeline: with a component `ner`.
        labels: that words are given.
        is_trained: whether what it finds can be scored.
    """
    recogniser: Any = pipeline.get_pipe("ner")

    def tag(batch: Sequence[Sentence]) -> list[Any]:
        docs = [_doc(pipeline, sentence) for sentence in batch]
        return [doc.ents for doc in recogniser.pipe(docs, batch_size=len(batch))]

    def network(batch: Sequence[Sentence]) -> Callable[[], Any]:
        docs = [_doc(pipeline, sentence) for sentence in batch]
        return lambda: recogniser.predict(docs)

    def label(batch: Sequence[Sentence]) -> Labels:
        return spacy_labels(pipeline, batch, labels)

    if is_trained:
        return System(NAME, tag, network, label=label, scheme=labels.scheme)
    return System(f"{NAME}, random weights", tag, network)


def random_ner(labels: LabelSet) -> Language:
    """A blank pipeline with a recogniser of these labels, as fast as a trained one."""
    pipeline = spacy.blank("en")
    recogniser: Any = pipeline.add_pipe("ner")
    for name in labels.types or ("X",):
        recogniser.add_label(name)
    pipeline.initialize()
    return pipeline


def trained_ner(
    corpus: Corpus, seed: int, epochs: int = EPOCHS, seconds: float = math.inf
) -> Language:
    """A blank pipeline with a recogniser, trained from scratch.

    Args:
        corpus: dev picks the epoch; without any, the last one is taken.
        seed: of all random numbers.
        epochs: at most.
        seconds: that it may take at most; the epoch in which they are over is given up.
    """
    fix_random_seed(seed)
    pipeline = spacy.blank("en")
    recogniser: Any = pipeline.add_pipe("ner")
    for name in corpus.labels.types:
        recogniser.add_label(name)
    examples = [_example(pipeline, sentence, corpus.labels) for sentence in corpus.train]
    pipeline.initialize(lambda: examples)
    dev = dev_sample(corpus, DEV) or []
    ends = time.monotonic() + seconds
    best, best_f1, waited = pipeline.to_bytes(), -1.0, 0
    shown: Bar[Any] = bar((), label="training spaCy's NER", unit="epochs", total=epochs)
    with shown:
        for epoch in range(epochs):
            if not _one_epoch(pipeline, examples, ends) and epoch:
                break
            f1 = f1_of(dev, spacy_labels(pipeline, dev, corpus.labels), corpus.labels)
            is_better = f1 > best_f1 or not dev
            waited = 0 if is_better else waited + 1
            if is_better:
                best, best_f1 = pipeline.to_bytes(), f1
            shown.update()
            shown.note(f"F1 {100 * f1:.1f}")
            if waited >= PATIENCE or time.monotonic() > ends:
                break
    pipeline.from_bytes(best)
    return pipeline


def _one_epoch(pipeline: Language, examples: list[Example], ends: float) -> bool:
    """Whether it was whole when the time was over."""
    random.shuffle(examples)
    for batch in minibatch(examples, BATCH):
        if time.monotonic() > ends:
            return False
        pipeline.update(batch, drop=DROPOUT)
    return True


def spacy_labels(pipeline: Language, sentences: Sequence[Sentence], labels: LabelSet) -> Labels:
    """The labels that a pipeline's entities stand for, a sequence a sentence."""
    found: Labels = []
    for doc in pipeline.pipe(_doc(pipeline, sentence) for sentence in sentences):
        if labels.scheme == "plain":
            found.append([word.ent_type_ or "O" for word in doc])
        else:
            found.append(
                [f"{word.ent_iob_}-{word.ent_type_}" if word.ent_type_ else "O" for word in doc]
            )
    return found


def _doc(pipeline: Language, sentence: Sentence) -> Doc:
    return Doc(pipeline.vocab, words=list(sentence.words))


def _example(pipeline: Language, sentence: Sentence, labels: LabelSet) -> Example:
    doc = _doc(pipeline, sentence)
    spans = labels.spans(sentence.labels or ())
    # by characters: tags of spaCy's scheme would need a name for O of its own
    ends = [0]
    for word in sentence.words:
        ends.append(ends[-1] + len(word) + 1)
    found = [(ends[span.start], ends[span.end] - 1, span.type) for span in spans]
    return Example.from_dict(doc, {"entities": found})
