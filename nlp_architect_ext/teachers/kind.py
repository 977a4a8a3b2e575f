"""What a kind of teacher is: made from an argument of the user's, found by its name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nlp_architect_ext.core import registry
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.formats.text import WordSplitter
from nlp_architect_ext.teachers.base import Teacher
from nlp_architect_ext.teachers.fine_tuning_settings import FineTuning
from nlp_architect_ext.teachers.label_map import LabelMap


@dataclass(frozen=True)
class TeacherOptions:
    """What the user may say of all teachers; each kind takes what means something to it.

    Args:
        device: where networks compute.
        precision: their arithmetic, see `TransformerTokenClassifier`.
        max_pieces: the most word pieces of a window, see `TransformerTokenClassifier`.
        label_map: labels of teachers that are the data's under another name.
        splitter: makes what splits text into words, as the data's raw text is split.
        descriptions: what types mean, in words, by type.
        labelled: sentences that examples may be taken from.
        llm_examples: how many of them a language model is shown.
        llm_concurrency: how many requests may be on their way.
        llm_price: of a million tokens in, and of a million out; nothing if it isn't known.
        store: where answers are kept that were paid for; None keeps none.
    """

    device: str = "cpu"
    precision: str = "auto"
    max_pieces: int | None = None
    label_map: LabelMap = field(default_factory=LabelMap)
    splitter: Callable[[], WordSplitter] = WordSplitter
    descriptions: Mapping[str, str] = field(default_factory=dict)
    labelled: Sequence[Sentence] = ()
    llm_examples: int = 8
    llm_concurrency: int = 4
    llm_price: tuple[float, ...] = ()
    store: Path | None = None


Make = Callable[[str, LabelSet, TeacherOptions], Teacher]
Train = Callable[
    [str, Sequence[Sentence], Sequence[Sentence] | None, LabelSet, Path, FineTuning], dict[str, Any]
]


@dataclass(frozen=True, kw_only=True)
class TeacherTraining:
    """How a kind learns the labels from labelled sentences, before it teaches.

    Args:
        is_needed: whether the one of this argument doesn't know the labels yet.
        untrained: as it would be, with random weights; a dry run times it.
        train: ``(argument, train, dev, labels, folder, settings)``: writes one that knows the
            labels into ``folder``, whose name is the argument from then on, and tells
            ``operations`` and the ``log``.
    """

    is_needed: Callable[[str], bool]
    untrained: Make
    train: Train


Types = Callable[[str, TeacherOptions], Iterable[str]]
Estimate = Callable[[str, LabelSet, TeacherOptions, Sequence[Sentence]], str]


def no_types(argument: str, options: TeacherOptions) -> Iterable[str]:
    """Of a kind that knows labels only when it's told them."""
    return ()


def no_encoder(argument: str) -> str | None:
    """Of a kind that isn't made of a pretrained encoder."""
    return None


def one_path(argument: str) -> list[Path]:
    """The file or folder that the argument names; nothing if there is none."""
    path = Path(argument).expanduser()
    return [path] if path.exists() else []


@dataclass(frozen=True, kw_only=True)
class TeacherKind:
    """A kind of teacher; a package of yours registers one under `nlp_architect_ext.teachers`.

    A mere function or class ``(argument, labels, options) -> Teacher`` will do, too.

    Args:
        name: as the user writes it before the colon; the entry point has the same.
        description: what it is, in a few words.
        make: the teacher of an argument, for the data's labels and the user's options; mistakes are
            `UserError`s.
        check: refuses what `make` would refuse, where that takes less; nothing is written before.
        inputs: the files and folders that decide what it says, as far as they are there.
        types: the types of entities that it knows by itself, under its own names, so that it can
            teach where nothing is labelled; none for a kind that must be told.
        encoder: the name of the encoder in it that can give word vectors, or None.
        training: how it learns the labels; None for a kind that knows them always.
        estimate: what answers to these sentences would cost, in words, without asking; None for a
            kind that may be asked to see how long it takes.
    """

    name: str
    description: str
    make: Make
    check: Callable[[str, LabelSet, TeacherOptions], object] | None = None
    inputs: Callable[[str], list[Path]] = one_path
    types: Types = no_types
    encoder: Callable[[str], str | None] = no_encoder
    training: TeacherTraining | None = None
    estimate: Estimate | None = None

    def checked(self, argument: str, labels: LabelSet, options: TeacherOptions) -> None:
        """Refuse an argument that can't be used.

        Raises:
            UserError: it can't.
        """
        (self.check or self.make)(argument, labels, options)


def kind_named(name: str) -> TeacherKind:
    """The installed kind of this name.

    Raises:
        UserError: there is none, or it can't be imported.
    """
    plugin = registry.load(registry.TEACHERS, name)
    if isinstance(plugin, TeacherKind):
        return plugin
    return TeacherKind(name=name, description="of a package", make=plugin)
