"""`nlp-inference monitor`: is this text still what the tagger was made for?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.files import STANDARD_INPUT
from nlp_architect_ext.core.manifest import to_text
from nlp_architect_ext.core.progress import say
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.core.standard_output import standard_output
from nlp_architect_ext.data.formats.base import ReadOptions, detect
from nlp_architect_ext.data.formats.labelled_documents import read_labelled_file
from nlp_architect_ext.data.formats.labelled_file import labelled_as
from nlp_architect_ext.data.formats.text import WordSplitter, shows_columns
from nlp_architect_ext.evaluation.drift.expectation import Counts
from nlp_architect_ext.evaluation.drift.features import Features
from nlp_architect_ext.evaluation.drift.known_words import KnownWords, read_known_words
from nlp_architect_ext.evaluation.drift.make_reference import make_reference
from nlp_architect_ext.evaluation.drift.monitor import DriftMonitor, Plan
from nlp_architect_ext.evaluation.drift.reference import Reference, stored_reference
from nlp_architect_ext.evaluation.drift.report import DriftReport
from nlp_architect_ext.runtime.folder import REFERENCE
from nlp_architect_ext.runtime.text_tagger import TextTagger
from nlp_architect_ext.serving.files import chunks
from nlp_architect_ext.serving.inputs import Item, unlabelled_items
from nlp_architect_ext.serving.load import choose
from nlp_architect_ext.serving.new_file import check_new, new_file
from nlp_architect_ext.settings.monitoring import MonitorSettings


def monitor(settings: MonitorSettings) -> None:
    """Compare a file as the settings say, and print what is found.

    Raises:
        UserError: no tagger, no reference, or input that can't be read or has no sentence.
    """
    if settings.output_file is not None:
        check_new(Path(settings.output_file), settings.overwrite_output_dir)
    device = "cpu" if settings.no_cuda else settings.device
    choice = choose(settings.model_dir, device=device, engine=settings.engine)
    tagger = choice.open(settings.threads)
    say(str(choice))
    known = read_known_words(choice.folder)
    reference = _reference(tagger, known, settings, choice.folder)
    report = compare(tagger, known, reference, _items(tagger, settings), settings)
    standard_output().write(report.text())
    if settings.output_file is not None:
        with new_file(Path(settings.output_file), settings.overwrite_output_dir) as file:
            file.write(to_text(report.to_json()))


def compare(
    tagger: TextTagger,
    known: KnownWords,
    reference: Reference,
    items: Iterable[Item],
    settings: MonitorSettings,
) -> DriftReport:
    """Tag sentences as they come, and compare them with the reference.

    Raises:
        UserError: no sentence, or a reference of another tagger.
    """
    plan = Plan(settings.false_alarms, settings.window, settings.check_every)
    watch = Watch(tagger, known, reference, plan, settings.batch_size)
    words = 0
    for chunk in chunks(items):
        sentences = [sentence for sentence in map(tagger.sentence, chunk) if sentence.words]
        watch.add(sentences)
        words += sum(map(len, sentences))
    found = watch.monitor
    found.finish()
    if found.last is None:
        raise UserError(
            where=settings.data_file,
            wrong="no sentence",
            expected="text, one sentence a line, or another format's",
            remedy="name a file with text",
        )
    return DriftReport(
        model=settings.model_dir,
        data=settings.data_file,
        reference=reference,
        plan=plan,
        sentences=found.seen,
        words=words,
        checks=found.checks,
        alarm=found.alarm,
        last=found.last,
        counts=watch.counts,
    )


class Watch:
    """A tagger, its reference, and what has come so far.

    Args:
        tagger: what tags.
        known: its words.
        reference: what sentences are compared with.
        plan: of the checks.
        batch_size: most sentences tagged at once.

    Raises:
        UserError: the reference is another tagger's.
    """

    def __init__(
        self,
        tagger: TextTagger,
        known: KnownWords,
        reference: Reference,
        plan: Plan,
        batch_size: int,
    ) -> None:
        self.tagger, self.batch_size = tagger, batch_size
        self.features = Features(tagger.labels, known, reference.center)
        _check_same(self.features, known, reference)
        self.monitor = DriftMonitor(reference, plan)
        self._quality = reference.quality
        self.counts = None if reference.quality is None else Counts()

    def add(self, sentences: Sequence[Sentence]) -> None:
        """Sentences that have come, none of them empty; the first alarm is told at once."""
        predictions = self.tagger.predict_labels(sentences, self.batch_size)
        had_alarm = self.monitor.alarm is not None
        self.monitor.add(self.features.rows(sentences, predictions))
        if self._quality is not None and self.counts is not None:
            self.counts += self._quality.expectation.counts(self.tagger.labels, predictions)
        if self.monitor.alarm is not None and not had_alarm:
            names = ", ".join(feature.name for feature in self.monitor.alarm.drifted)
            say(f"drifted after {self.monitor.alarm.sentences:,} sentences: {names}")


def _check_same(features: Features, known: KnownWords, reference: Reference) -> None:
    """Whether the reference is of this tagger.

    Raises:
        UserError: it has other features.
    """
    center = reference.center
    has_vectors = center is None or (
        known.vectors is not None and known.vectors.shape[1] == len(center.mean)
    )
    if not has_vectors or features.names != tuple(reference.samples):
        raise UserError(
            where=REFERENCE,
            wrong="is of another tagger: its features or vectors differ",
            expected=f"features {', '.join(features.names)}",
            remedy="export again, or give --reference_file",
        )


def _items(tagger: TextTagger, settings: MonitorSettings) -> Iterable[Item]:
    options = ReadOptions(
        offsets=settings.offsets,
        tag_col=settings.tag_col,
        ignore_token=settings.ignore_token,
        labelled=False,
    )
    splitter = partial(WordSplitter, tagger.language, tagger.tokenizer)
    return unlabelled_items(Path(settings.data_file), settings.data_format, options, splitter)


def _reference(
    tagger: TextTagger, known: KnownWords, settings: MonitorSettings, folder: Path
) -> Reference:
    """The reference that is asked for, else that of the folder that runs, else of the model's.

    Raises:
        UserError: there is none.
    """
    if settings.reference_file is not None:
        return _made(tagger, known, Path(settings.reference_file), settings)
    found = stored_reference(folder) or stored_reference(Path(settings.model_dir))
    if found is None:
        raise UserError(
            where=settings.model_dir,
            wrong=f"no {REFERENCE}, as before there was a monitor or without dev sentences",
            expected="what its own text is like",
            remedy="give --reference_file with sentences of that kind, such as dev.txt",
        )
    return found


def _made(
    tagger: TextTagger, known: KnownWords, path: Path, settings: MonitorSettings
) -> Reference:
    """A reference of a file's sentences; it tells of quality if they have labels."""
    sentences = [one for one in _sentences(tagger, path, settings) if one.words]
    predictions = tagger.predict_labels(sentences, settings.batch_size)
    reference = make_reference(tagger.labels, known, sentences, predictions, path.name)
    if reference is None:
        raise UserError(
            where=str(path),
            wrong="no sentence",
            expected="sentences of the model's own kind",
            remedy="name a file with text",
        )
    return reference


def _sentences(tagger: TextTagger, path: Path, settings: MonitorSettings) -> list[Sentence]:
    """The sentences of a reference file, with labels where its format has any."""
    name = detect(path, "text").name
    if name == "text" and str(path) != STANDARD_INPUT and shows_columns(path):
        name = "columns"
    splitter = partial(WordSplitter, tagger.language, tagger.tokenizer)
    options = ReadOptions(
        offsets=settings.offsets, tag_col=settings.tag_col, ignore_token=settings.ignore_token
    )
    if name == "text":
        return list(map(tagger.sentence, unlabelled_items(path, "text", options, splitter)))
    file, notes = read_labelled_file(path, name, options, splitter)
    for note in notes:
        say(note)
    return labelled_as(tagger.labels, file)
