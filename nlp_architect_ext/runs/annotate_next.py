"""`nlp-train annotate_next`: which sentences of a pool to annotate next, for a trained tagger."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from pathlib import Path

from nlp_architect_ext.core.manifest import (
    ANNOTATE,
    MANIFEST,
    PREANNOTATED,
    PREANNOTATED_AS,
    REASONS,
    SUFFIXES,
)
from nlp_architect_ext.core.output_folder import OutputFolder
from nlp_architect_ext.core.progress import say
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.core.wording import counted
from nlp_architect_ext.data.corpus import Corpus
from nlp_architect_ext.data.formats.base import ReadOptions
from nlp_architect_ext.data.formats.text import WordSplitter
from nlp_architect_ext.data.unlabelled import read_unlabelled
from nlp_architect_ext.evaluation.annotate import ToAnnotate
from nlp_architect_ext.layers.device import prepare
from nlp_architect_ext.runs.annotation import AskTeacher, Rows, check_rule, to_annotate
from nlp_architect_ext.runs.dev_of_run import corpus_of_run
from nlp_architect_ext.runs.known_teacher import chosen
from nlp_architect_ext.runs.queue import write_queue
from nlp_architect_ext.settings.annotation import AnnotateNextSettings
from nlp_architect_ext.taggers.neural import NeuralTagger
from nlp_architect_ext.teachers.kind import TeacherOptions
from nlp_architect_ext.teachers.stored_mean import StoredMean, mean_answers

WRITTEN = (
    *(PREANNOTATED_AS.format(suffix=suffix) for suffix in SUFFIXES),
    REASONS,
    PREANNOTATED,
    ANNOTATE,
)


def annotate_next(settings: AnnotateNextSettings) -> ToAnnotate:
    """Choose sentences and write them.

    The sentences that the tagger was trained with and its dev are known by the settings that its
    run wrote down, and aren't offered.

    Raises:
        UserError: no tagger, a pool or teacher that can't be used, or a place that's taken; nothing
            is written then.
    """
    pool = settings.pool
    device = prepare(settings.device.device, settings.device.no_cuda, settings.device.threads)
    check_rule(settings.annotation, has_teacher=bool(pool.teacher), remedy="give --teacher")
    folder = Path(pool.output_dir)
    place = OutputFolder(folder, "queue", WRITTEN, is_ours=_is_queue)
    inputs = [Path(name) for name in (pool.pool_file, pool.model_dir)]
    place.check(overwrite=pool.overwrite_output_dir, inputs=inputs)
    tagger = NeuralTagger.load(pool.model_dir, device)
    sentences, notes = _read(settings, tagger)
    labelled = corpus_of_run(Path(pool.model_dir))
    for note in (*notes, *(() if labelled else (_unknown(pool.model_dir),))):
        say(note)
    teacher = _teacher(settings, tagger, labelled, sentences, str(device))
    known = [*labelled.train, *(labelled.dev or ())] if labelled else []
    found = to_annotate(settings.annotation, tagger, sentences, known, pool.seed, teacher)
    with place.locked():
        place.clear()
        write_queue(folder, found, labelled.format_name if labelled else "columns")
    say(
        f"{counted(len(found.sentences), 'sentence')} of {counted(found.words, 'word')}, out of "
        f"{found.looked_at:,} of {found.pool:,} that were compared"
    )
    say(f"written to {folder}: {ANNOTATE}, {PREANNOTATED}, {REASONS}")
    return found


def _is_queue(names: Collection[str]) -> bool:
    """Whether these are a queue's files; a run has one too, and much else."""
    return ANNOTATE in names and MANIFEST not in names


def _unknown(model: str) -> str:
    return f"{model}: what it was trained on isn't there any more, so it may be offered again"


def _read(settings: AnnotateNextSettings, tagger: NeuralTagger) -> tuple[list[Sentence], list[str]]:
    """The pool, split into words as the tagger's text was."""
    splitter = partial(WordSplitter, tagger.language, tagger.tokenizer)
    path, name = Path(settings.pool.pool_file), settings.pool.pool_format
    return read_unlabelled(path, name, ReadOptions(), splitter)


def _teacher(
    settings: AnnotateNextSettings,
    tagger: NeuralTagger,
    labelled: Corpus | None,
    sentences: list[Sentence],
    device: str,
) -> AskTeacher | None:
    """What teachers say of sentences of the pool; their answers are stored. None without any.

    Raises:
        UserError: a teacher that can't be used.
    """
    names = settings.pool.teacher
    if not names:
        return None
    options = TeacherOptions(
        splitter=partial(WordSplitter, tagger.language, tagger.tokenizer),
        labelled=labelled.train if labelled else (),
        device=device,
    )
    teachers = [chosen(name).make(tagger.labels, options) for name in names]
    store = Path(settings.pool.soft_labels_dir or Path(settings.pool.model_dir) / "soft_labels")

    def ask(places: list[int]) -> Rows:
        asked = [sentences[place].without_labels() for place in places]
        return mean_answers(StoredMean(store, teachers).each(asked, "teacher labels pool"))

    return ask
