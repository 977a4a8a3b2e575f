"""What people would use instead, on the same labelled sentences: spaCy's NER and CRFsuite.

    pip install python-crfsuite
    python benchmarks/alternatives.py

F1 in percent on the test set, by the scorer of this project; dev picks spaCy's epoch. Neither reads
unlabelled text. The students and teachers of the same sentences are in `accuracy.py`.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import spacy
from spacy.tokens import Doc
from spacy.training import Example
from spacy.util import minibatch

from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.corpus import Corpus, read_corpus
from nlp_architect_ext.data.sampling import dev_sample, draw_labelled
from nlp_architect_ext.evaluation.metrics import score

CASES = {"gmb": 300, "wikigold": 200}
SEEDS = (1, 2, 3)
EPOCHS, PATIENCE = 60, 10  # of spaCy, which stops when dev doesn't get better
DEV = 1000  # dev sentences that pick spaCy's epoch, as for our students
ITERATIONS, PENALTY = 100, 0.1  # of CRFsuite, its documentation's example

Labels = list[tuple[str, ...]]


def spacy_ner(corpus: Corpus, seed: int) -> Labels:
    """The labels that spaCy's NER gives to test."""
    return _tagged(trained_ner(corpus, seed), corpus.test or [])


def trained_ner(corpus: Corpus, seed: int, epochs: int = EPOCHS) -> spacy.Language:
    """A blank pipeline with spaCy's NER, trained from scratch for so many epochs at most."""
    spacy.util.fix_random_seed(seed)
    random.seed(seed)
    nlp = spacy.blank("en")
    ner = nlp.add_pipe("ner")
    for name in corpus.labels.types:
        ner.add_label(name)  # type: ignore[attr-defined]
    examples = [_example(nlp, sentence, corpus.labels) for sentence in corpus.train]
    nlp.initialize(lambda: examples)
    dev = dev_sample(corpus, DEV) or []
    best, best_f1, waited = nlp.to_bytes(), -1.0, 0
    for _ in range(epochs):
        random.shuffle(examples)
        for batch in minibatch(examples, 16):
            nlp.update(batch, drop=0.2)
        f1 = _f1(dev, _tagged(nlp, dev), corpus.labels)
        waited = 0 if f1 > best_f1 else waited + 1
        if f1 > best_f1:
            best, best_f1 = nlp.to_bytes(), f1
        if waited >= PATIENCE:
            break
    nlp.from_bytes(best)
    return nlp


def _example(nlp: spacy.Language, sentence: Sentence, labels: LabelSet) -> Example:
    doc = Doc(nlp.vocab, words=list(sentence.words))
    ends = [0]
    for word in sentence.words:
        ends.append(ends[-1] + len(word) + 1)
    spans = labels.spans(sentence.labels or ())
    found = [(ends[span.start], ends[span.end] - 1, span.type) for span in spans]
    return Example.from_dict(doc, {"entities": found})


def _tagged(nlp: spacy.Language, sentences: Sequence[Sentence]) -> Labels:
    docs = (Doc(nlp.vocab, words=list(sentence.words)) for sentence in sentences)
    found = []
    for doc in nlp.pipe(docs):
        tags = [f"{word.ent_iob_}-{word.ent_type_}" if word.ent_type_ else "O" for word in doc]
        found.append(tuple(tags))
    return found


def crfsuite(corpus: Corpus, seed: int) -> Labels:
    """The labels that a CRF with the usual features of words gives to test; `seed` isn't needed."""
    import pycrfsuite

    trainer = pycrfsuite.Trainer(verbose=False)
    for sentence in corpus.train:
        trainer.append([*_features(sentence)], list(sentence.labels or ()))
    trainer.set_params({"c1": PENALTY, "c2": PENALTY, "max_iterations": ITERATIONS})
    with tempfile.TemporaryDirectory() as folder:
        trainer.train(str(Path(folder) / "model"))
        tagger = pycrfsuite.Tagger()
        tagger.open(str(Path(folder) / "model"))
        return [tuple(tagger.tag([*_features(sentence)])) for sentence in corpus.test or []]


def _features(sentence: Sentence) -> Iterator[list[str]]:
    for place in range(len(sentence)):
        found = ["bias"]
        for step in (-1, 0, 1):
            if 0 <= place + step < len(sentence):
                found += [f"{step}:{one}" for one in _of_word(sentence.words[place + step], step)]
            else:
                found.append(f"{step}:none")
        yield found


def _of_word(word: str, step: int) -> list[str]:
    shape = f"title={word.istitle()} upper={word.isupper()} digit={word.isdigit()}"
    endings = [f"suffix={word[-size:]}" for size in (2, 3)] if step == 0 else []
    return [f"word={word.lower()}", *shape.split(), *endings]


def _f1(sentences: Sequence[Sentence], predicted: Labels, labels: LabelSet) -> float:
    f1: float = score([one.labels or () for one in sentences], predicted, labels)["f1"]
    return f1


def main() -> None:
    """Train and score everything, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    options = parser.parse_args()
    systems: dict[str, Callable[[Corpus, int], Labels]]
    systems = {"CRFsuite": crfsuite, "spaCy NER": spacy_ner}
    print(f"| test F1 | {' | '.join(systems)} |")
    print("|---|" + "---|" * len(systems))
    for name, size in CASES.items():
        whole = read_corpus(options.data / name)
        cells = []
        for system in systems.values():
            drawn = [(draw_labelled(whole, size, seed), seed) for seed in SEEDS]
            found = [
                100 * _f1(corpus.test or [], system(corpus, seed), corpus.labels)
                for corpus, seed in drawn
            ]
            cells.append(f"{statistics.mean(found):.1f} ± {statistics.stdev(found):.1f}")
        print(f"| {name}, {size} labelled sentences | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
