"""The component `nlp_architect_tagger` of spaCy's pipelines, which spaCy finds by entry point.

>>> nlp = spacy.blank("en")
>>> nlp.add_pipe("nlp_architect_tagger", config={"model": "out/"})
>>> [(entity.text, entity.label_) for entity in nlp("Ada Lovelace moved to London.").ents]
[('Ada Lovelace', 'PER'), ('London', 'LOC')]
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import srsly
from spacy.language import Language
from spacy.pipeline import Pipe
from spacy.scorer import Scorer, get_ner_prf
from spacy.tokens import Doc
from spacy.training import Example
from spacy.util import minibatch

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.hosts.held_tagger import HeldTagger
from nlp_architect_ext.hosts.spacy_annotation import Annotation, Found
from nlp_architect_ext.runtime.text_tagger import TextTagger


class TaggerComponent(Pipe):
    """Finds entities in docs, whose tokens it takes as words; a plain tagger sets their tags.

    Entities go into `doc.ents`, each with its score in `entity._.score`; plain labels, such as
    parts of speech, into `token.tag_`, with `token._.score`.

    Args:
        name: in the pipeline.
        held: the tagger; it's opened at the first doc.
        annotation: what becomes of what it finds.
        batch_size: most docs computed at once; it never changes a result.

    Raises:
        UserError: a batch of no docs.
    """

    def __init__(
        self, name: str, held: HeldTagger, annotation: Annotation, batch_size: int
    ) -> None:
        if batch_size < 1:
            raise UserError(
                where=f"batch_size {batch_size}",
                wrong="no docs at all",
                expected="a positive number",
                remedy="correct it",
            )
        self.name, self._held = name, held
        self._annotation, self._batch_size = annotation, batch_size

    @property
    def tagger(self) -> TextTagger:
        """What finds the entities.

        Raises:
            UserError: it can't be opened.
        """
        return self._held.tagger

    @property
    def labels(self) -> tuple[str, ...]:
        """The types of entities, or the plain labels; none without a tagger that can be opened."""
        try:
            return self.tagger.labels.types
        except UserError:  # spaCy asks while it loads a pipeline, before it comes to our files
            return ()

    def __call__(self, doc: Doc) -> Doc:
        """Annotate one doc."""
        self._annotate([doc])
        return doc

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 128) -> Iterator[Doc]:
        """Annotate docs, some at a time, in their order.

        Args:
            stream: the docs.
            batch_size: how many are read ahead; if they can't be annotated, the error handler of
                the pipeline is given all of them.

        Raises:
            UserError: the tagger can't be opened.
        """
        handle_error = self.get_error_handler()
        _ = self.tagger  # without one no doc can be annotated, which is no error of some docs
        for docs in minibatch(stream, size=batch_size):
            try:
                self._annotate(docs)
            except Exception as error:
                handle_error(self.name, self, docs, error)
            else:
                yield from docs

    def score(self, examples: Iterable[Example], **kwargs: Any) -> dict[str, Any]:
        """Precision, recall and F1 of entities, as of spaCy's `ner`; of plain labels the accuracy.

        Args:
            examples: predicted and reference docs.
            kwargs: spaCy's settings of scorers.
        """
        if self._is_plain:
            return Scorer.score_token_attr(examples, "tag", **kwargs)
        return get_ner_prf(examples, **kwargs)

    def to_disk(self, path: str | Path, *, exclude: Sequence[str] = ()) -> None:
        """Write the tagger's files into a folder; `nlp_architect_ext.load` reads it, too.

        Raises:
            UserError: there is no tagger, or the folder can't be written.
        """
        self._held.write(Path(path))

    def from_disk(self, path: str | Path, *, exclude: Sequence[str] = ()) -> "TaggerComponent":
        """Take the tagger from the folder of a model, of an export, or that `to_disk` wrote.

        Raises:
            UserError: there is none, or it can't be run.
        """
        self._held.read(Path(path))
        return self

    def to_bytes(self, *, exclude: Sequence[str] = ()) -> bytes:
        """The tagger's files as bytes.

        Raises:
            UserError: there is no tagger.
        """
        data: bytes = srsly.msgpack_dumps(self._held.contents)
        return data

    def from_bytes(self, data: bytes, *, exclude: Sequence[str] = ()) -> "TaggerComponent":
        """Take the tagger from what `to_bytes` gave.

        Raises:
            UserError: it isn't a tagger, or it can't be run.
        """
        self._held.take(srsly.msgpack_loads(data))
        return self

    @property
    def _is_plain(self) -> bool:
        return self.tagger.labels.scheme == "plain"

    def _annotate(self, docs: Sequence[Doc]) -> None:
        for doc, found in zip(docs, self._predict(docs), strict=True):
            self._annotation.write(doc, found, self._is_plain)

    def _predict(self, docs: Sequence[Doc]) -> Iterator[list[Found]]:
        """What is found in each doc."""
        # A token of white space is no word.
        words = [[token for token in doc if not token.is_space] for doc in docs]
        sentences = [Sentence(tuple([token.text for token in tokens])) for tokens in words]
        predictions = self.tagger.predict_labels(sentences, self._batch_size)
        for tokens, prediction in zip(words, predictions, strict=True):
            yield [
                Found(tokens[span.start].i, tokens[span.end - 1].i + 1, span.type, score)
                for span, score in self.tagger.scored_spans(prediction)
            ]


@Language.factory(
    "nlp_architect_tagger",
    assigns=["doc.ents", "token.ent_iob", "token.ent_type"],
    default_config={
        "model": None,
        "engine": "auto",
        "threads": None,
        "batch_size": 100,
        "threshold": 0.0,
        "overwrite": False,
        "score_attribute": "score",
    },
    default_score_weights={"ents_f": 1.0, "ents_p": 0.0, "ents_r": 0.0, "ents_per_type": None},
)
def make_component(  # noqa: PLR0913 (as many as the settings in spaCy's config, by the same names)
    nlp: Language,
    name: str,
    *,
    model: str | None,
    engine: str,
    threads: int | None,
    batch_size: int,
    threshold: float,
    overwrite: bool,
    score_attribute: str | None,
) -> TaggerComponent:
    """The component, as spaCy makes it from its config.

    Args:
        nlp: the pipeline.
        name: in the pipeline.
        model: the folder of a model or of an export; it isn't read before the first doc, and not at
            all where the pipeline was saved: it has its own copy.
        engine: see `serving.load.load`.
        threads: see `serving.load.load`.
        batch_size: most docs computed at once.
        threshold: see `Annotation`.
        overwrite: see `Annotation`.
        score_attribute: see `Annotation`.

    Raises:
        UserError: a setting that can't be.
    """
    held = HeldTagger(model, engine, threads)
    return TaggerComponent(
        name, held, Annotation(threshold, overwrite, score_attribute), batch_size
    )
