"""What looks wrong in labelled data, before anything is trained on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.core.wording import counted
from nlp_architect_ext.data.corpus import Corpus
from nlp_architect_ext.data.expressions import expression_findings
from nlp_architect_ext.data.finding import EXAMPLES, Finding

RARE = 10  # sentences of train; a type that has fewer is hardly learnt
LONG = 100  # words of a sentence
LONG_WORD = 100  # characters

Place = tuple[str, int]  # part of the corpus, index of its sentence


class Inspection:
    """The findings on a corpus.

    Args:
        corpus: as it was read.
        files: the path of each part, for places.
    """

    def __init__(self, corpus: Corpus, files: Mapping[str, str]) -> None:
        parts = {
            "train": corpus.train,
            "dev": corpus.dev,
            "test": corpus.test,
            "unlabelled": corpus.unlabelled,
        }
        self.labels = corpus.labels
        self.parts = {name: found for name, found in parts.items() if found}
        self._files = files

    def findings(self) -> list[Finding]:
        """All of them, the gravest first."""
        checks = (
            self._shared_between_parts(),
            self._labelled_twice(),
            self._repeated(),
            self._rare_types(),
            expression_findings([*self._places()], self.labels),
            self._long_sentences(),
            self._odd_words(),
        )
        return [finding for check in checks for finding in check]

    def place(self, place: Place) -> str:
        """``file:line`` of a sentence."""
        part, index = place
        return f"{self._files.get(part, part)}:{self.parts[part][index].line}"

    def _labelled(self) -> Iterator[tuple[Place, Sentence]]:
        for part, sentences in self.parts.items():
            if part != "unlabelled":
                yield from (((part, index), one) for index, one in enumerate(sentences))

    def _places(self) -> Iterator[tuple[str, Sentence]]:
        return ((self.place(place), sentence) for place, sentence in self._labelled())

    def _shared_between_parts(self) -> Iterator[Finding]:
        first = {
            part: {sentence.words: index for index, sentence in reversed([*enumerate(sentences)])}
            for part, sentences in self.parts.items()
        }
        for one, other in combinations(self.parts, 2):
            if one == "train" and other == "unlabelled":
                continue  # harmless: a student learns from both
            shared = [words for words in first[one] if words in first[other]]
            if shared:
                examples = tuple(
                    f"{self.place((one, first[one][words]))} and "
                    f"{self.place((other, first[other][words]))}: {_short(words)}"
                    for words in shared[:EXAMPLES]
                )
                says = (
                    f"{counted(len(shared), 'sentence')} of {one} in {other} too: "
                    "scores there will be too good"
                )
                yield Finding(f"{one}_in_{other}", len(shared), says, examples)

    def _labelled_twice(self) -> Iterator[Finding]:
        seen: dict[tuple[str, ...], tuple[Place, Sentence]] = {}
        examples = {}
        for place, sentence in self._labelled():
            before = seen.setdefault(sentence.words, (place, sentence))
            if before[1].labels != sentence.labels and sentence.words not in examples:
                differing = _differing(before[1], sentence)
                examples[sentence.words] = (
                    f"{self.place(before[0])} and {self.place(place)}: {differing}"
                )
        if examples:
            says = f"{counted(len(examples), 'sentence')} with two labellings: one of them is wrong"
            shown = tuple(examples.values())[:EXAMPLES]
            yield Finding("two_labellings", len(examples), says, shown)

    def _repeated(self) -> Iterator[Finding]:
        for part, sentences in self.parts.items():
            counts = Counter(sentence.words for sentence in sentences)
            again = counts.total() - len(counts)
            if again:
                often = [(words, n) for words, n in counts.most_common(EXAMPLES) if n > 1]
                examples = tuple(f"{n:,} times: {_short(words)}" for words, n in often)
                says = f"{counted(again, 'sentence')} of {part} repeated: they count more than once"
                yield Finding(f"repeated_in_{part}", again, says, examples)

    def _rare_types(self) -> Iterator[Finding]:
        counts = Counter(
            type_
            for sentence in self.parts["train"]
            for type_ in {span.type for span in self.labels.spans(sentence.labels or ())}
        )
        rare = sorted((counts[type_], type_) for type_ in self.labels.types)
        rare = [(count, type_) for count, type_ in rare if count < RARE]
        if rare:
            examples = tuple(f"{type_}: {counted(n, 'sentence')}" for n, type_ in rare)
            says = f"{counted(len(rare), 'type')} in fewer than {RARE} sentences of train"
            yield Finding("rare_types", len(rare), says, examples)

    def _long_sentences(self) -> Iterator[Finding]:
        long = [
            (len(sentence), (part, index))
            for part, sentences in self.parts.items()
            for index, sentence in enumerate(sentences)
            if len(sentence) > LONG
        ]
        long.sort(key=lambda item: -item[0])
        if long:
            examples = tuple(f"{self.place(at)}: {n:,} words" for n, at in long[:EXAMPLES])
            says = (
                f"{counted(len(long), 'sentence')} of more than {LONG} words: "
                "perhaps whole paragraphs; they are read in windows"
            )
            yield Finding("long_sentences", len(long), says, examples)

    def _odd_words(self) -> Iterator[Finding]:
        odd = [
            (word, (part, index))
            for part, sentences in self.parts.items()
            for index, sentence in enumerate(sentences)
            for word in sentence.words
            if len(word) > LONG_WORD or not word.isprintable()
        ]
        if odd:
            examples = tuple(
                f"{self.place(at)}: {_short((word,))!r}" for word, at in odd[:EXAMPLES]
            )
            says = (
                f"{counted(len(odd), 'word')} of more than {LONG_WORD} characters, "
                "or with invisible ones"
            )
            yield Finding("odd_words", len(odd), says, examples)


def _short(words: Sequence[str]) -> str:
    text = " ".join(words)
    return text if len(text) <= 70 else f"{text[:67]}..."


def _differing(one: Sentence, other: Sentence) -> str:
    """The first word with two labels."""
    rows = zip(one.words, one.labels or (), other.labels or (), strict=True)
    word, label, other_label = next(row for row in rows if row[1] != row[2])
    return f"{word!r} is {label} and {other_label}"
