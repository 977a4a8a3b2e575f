"""`NeuralTagger`: a trained student that tags words and raw text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from nlp_architect_ext.batches.batch import collate
from nlp_architect_ext.batches.encoding import EncodedSentence, encode_words
from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.manifest import write_manifest
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.core.windows import OVERLAP, windows
from nlp_architect_ext.data.vocabulary import SPECIAL_WORDS, Vocabulary
from nlp_architect_ext.layers.decoder import Decoder
from nlp_architect_ext.runtime.calibration import Calibration
from nlp_architect_ext.runtime.config import TaggerConfig
from nlp_architect_ext.runtime.folder import export_of
from nlp_architect_ext.runtime.text_tagger import Prediction, TextTagger
from nlp_architect_ext.students.base import build
from nlp_architect_ext.taggers.folder import read_model, write_model

# most characters, padding included, in one batch: bounds memory, however long a word is
CHARACTER_BUDGET = 200_000


class NeuralTagger(TextTagger):
    """Student, decoder and vocabulary as one thing that tags.

    >>> tagger = NeuralTagger.load("out/")
    >>> tagger("Ada Lovelace moved to London.")
    [Entity(entity_group='PER', score=0.98, word='Ada Lovelace', start=0, end=12), ...]

    Args:
        config: what the tagger is made of.
        vocabulary: words and characters, as ids.
        device: where it computes.
    """

    def __init__(
        self, config: TaggerConfig, vocabulary: Vocabulary, device: torch.device | str = "cpu"
    ) -> None:
        super().__init__(
            LabelSet.from_json(config.labels), config.scheme, config.tokenizer, config.language
        )
        self.config = config
        self.calibration = (
            None if config.calibration is None else Calibration.from_json(config.calibration)
        )
        self.vocabulary = vocabulary
        self.device = torch.device(device)
        student = build(
            config.student,
            vocabulary.word_count,
            vocabulary.character_count,
            len(self.labels),
            config.arguments,
        )
        decoder = Decoder(self.labels, use_crf=config.decoder == "crf", handicap=config.handicap)
        self.model = nn.ModuleDict({"student": student, "decoder": decoder}).to(self.device)
        self._export: tuple[TextTagger, int] | None = (
            None  # and the state of the weights that it stands for
        )

    @classmethod
    def load(
        cls, folder: str | Path, device: torch.device | str = "cpu", *, use_export: bool = True
    ) -> NeuralTagger:
        """Read a tagger from the folder that training wrote.

        Args:
            folder: the folder.
            device: where it computes.
            use_export: whether an export in the folder, made from this model, predicts for it on a
                CPU.

        Raises:
            UserError: the folder isn't one, or is damaged; see `model_folder.read_model`.
        """
        config, vocabulary, weights = read_model(Path(folder))
        try:
            tagger = cls(config, Vocabulary.from_json(vocabulary), device)
            tagger.model.load_state_dict(weights)
        except (RuntimeError, ValueError, KeyError, TypeError, AttributeError) as error:
            first_line = str(error).splitlines()[0]
            raise UserError(
                where=str(folder),
                wrong=first_line,
                expected="weights that fit config.json",
                remedy="train it again",
            ) from error
        export = export_of(Path(folder)) if use_export and tagger.device.type == "cpu" else None
        if export is not None:
            from nlp_architect_ext.runtime import Tagger  # ONNX Runtime may not be installed

            tagger._export = Tagger.load(export), tagger._changes()
        return tagger

    def _changes(self) -> int:
        """How often weights were changed in place: training moves it on."""
        return sum(parameter._version for parameter in self.model.parameters())

    def save(self, folder: str | Path) -> None:
        """Write the tagger to a folder that `load` reads."""
        write_model(Path(folder), self.config, self.vocabulary.to_json(), self.model.state_dict())
        write_manifest(Path(folder))

    def export(self, folder: str | Path, precision: str = "int8") -> None:
        """Write the tagger to a folder that `runtime.Tagger.load` reads without torch; nothing is
        compared.

        Args:
            folder: made if need be.
            precision: "int8" or "fp32", see `exporting.write_export`; `parity.compare` says what it
                costs.

        Raises:
            UserError: the student can't be exported.
        """
        from nlp_architect_ext.taggers.export import write_export  # brings onnx

        write_export(
            Path(folder),
            self.model["student"],
            self.decoder,
            self.config,
            self.vocabulary,
            precision=precision,
        )

    def calibrate(self, calibration: Calibration | None) -> None:
        """From now on scores of entities are calibrated so; labels stay as they are."""
        self.calibration = calibration
        self.config = replace(
            self.config, calibration=None if calibration is None else asdict(calibration)
        )

    def set_handicap(self, handicap: float) -> None:
        """From now on the label O is held back by as much, in logits."""
        self.decoder.handicap = handicap
        self._export = None
        self.config = replace(self.config, handicap=handicap)

    @property
    def decoder(self) -> Decoder:
        """What turns the student's emissions into labels."""
        decoder = self.model["decoder"]
        assert isinstance(decoder, Decoder)
        return decoder

    def set_word_vectors(self, vectors: Mapping[str, NDArray[np.float32]]) -> None:
        """Start the student's word embedding from pretrained vectors; words without one keep their
        random start.

        Raises:
            UserError: the student has no `word_embedding`, or one of another width.
        """
        embedding = self._word_embedding()
        with torch.no_grad():
            for index, word in enumerate(self.vocabulary.words, start=SPECIAL_WORDS):
                if word in vectors:
                    embedding.weight[index] = torch.from_numpy(vectors[word]).to(embedding.weight)

    @property
    def word_width(self) -> int:
        """Numbers a word vector of the student's.

        Raises:
            UserError: as `set_word_vectors`.
        """
        return self._word_embedding().embedding_dim

    def set_embedding(self, vectors: NDArray[np.float32]) -> None:
        """Start the student's word embedding from one vector an id: (word ids, width).

        Raises:
            UserError: as `set_word_vectors`.
        """
        with torch.no_grad():
            self._word_embedding().weight.copy_(torch.from_numpy(vectors))

    def _word_embedding(self) -> nn.Embedding:
        embedding = getattr(self.model["student"], "word_embedding", None)
        if not isinstance(embedding, nn.Embedding):
            raise UserError(
                where=f"student {self.config.student!r}",
                wrong="takes no word vectors",
                expected="a student with an nn.Embedding named word_embedding",
                remedy="leave out --embedding_file, or give --word_encoder none",
            )
        return embedding

    def predict_labels(
        self, sentences: Sequence[Sentence], batch_size: int = 100
    ) -> list[Prediction]:
        """See `TextTagger.predict_labels`; sentences are batched by length."""
        if self._export is not None and self._export[1] == self._changes():
            return self._export[0].predict_labels(sentences, batch_size)
        predictions = [Prediction((), ())] * len(sentences)
        for indices, emissions, lengths in self._emitted(sentences, batch_size):
            labels, scores = self.decoder.decode(emissions, lengths)
            rows = zip(indices, lengths.tolist(), labels.tolist(), scores.tolist(), strict=True)
            for index, count, ids, probabilities in rows:
                names = tuple(self.labels.names[label] for label in ids[:count])
                predictions[index] = Prediction(names, tuple(probabilities[:count]))
        return predictions

    def emissions(
        self, sentences: Sequence[Sentence], batch_size: int = 100
    ) -> list[NDArray[np.float32]]:
        """What the student says of each sentence: scores (words, labels), before any decoding."""
        found = [np.zeros((0, len(self.labels)), np.float32)] * len(sentences)
        for indices, emissions, lengths in self._emitted(sentences, batch_size):
            for index, count, scores in zip(
                indices, lengths.tolist(), emissions.cpu().numpy(), strict=True
            ):
                found[index] = scores[:count]
        return found

    def _emitted(
        self, sentences: Sequence[Sentence], batch_size: int
    ) -> Iterator[tuple[list[int], Tensor, Tensor]]:
        """Indices of sentences, their emissions (batch, words, labels) and lengths (batch,), batch
        by batch.
        """
        encoded = [encode_words(sentence.words, self.vocabulary) for sentence in sentences]
        self.model.eval()
        for indices in self._batches(encoded, batch_size):
            with torch.inference_mode():
                emissions, lengths = self._emissions([encoded[index] for index in indices])
            yield indices, emissions, lengths

    def _batches(self, encoded: Sequence[EncodedSentence], batch_size: int) -> Iterator[list[int]]:
        """Indices of sentences of similar length; sentences longer than a window come alone, empty
        ones not at all.
        """
        batch: list[int] = []
        longest_word = 0
        for index in sorted(range(len(encoded)), key=lambda i: len(encoded[i])):
            words = len(encoded[index])
            if not words:
                continue
            longest_word = max(longest_word, int(encoded[index].character_counts.max()))
            is_full = (
                len(batch) >= batch_size
                or (len(batch) + 1) * words * longest_word > CHARACTER_BUDGET
            )
            if batch and (is_full or words > self.config.max_words):
                yield batch
                batch, longest_word = [], int(encoded[index].character_counts.max())
            batch.append(index)
        if batch:
            yield batch

    def _emissions(self, sentences: list[EncodedSentence]) -> tuple[Tensor, Tensor]:
        """Emissions (batch, words, labels) and lengths (batch,); a long sentence is computed in
        windows and joined.
        """
        student, longest = self.model["student"], self.config.max_words
        if len(sentences[0]) <= longest:
            batch = collate(sentences).to(self.device)
            return student(batch), batch.lengths
        (sentence,) = sentences
        parts = []
        for window in windows(len(sentence), longest, min(OVERLAP, longest // 2)):
            emissions = student(collate([sentence.part(window.start, window.end)]).to(self.device))
            parts.append(
                emissions[0, window.keep_start - window.start : window.keep_end - window.start]
            )
        return torch.cat(parts).unsqueeze(0), torch.tensor([len(sentence)])
