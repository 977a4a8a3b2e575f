"""`NeuralTagger`: a trained student that tags words and raw text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import safetensors.torch
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from nlp_architect_ext.batches.batch import collate
from nlp_architect_ext.batches.encoding import EncodedSentence, encode_words
from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.manifest import write_manifest
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.vocabulary import SPECIAL_WORDS, Vocabulary
from nlp_architect_ext.data.vocabulary_file import read_vocabulary
from nlp_architect_ext.layers.decoder import Decoder
from nlp_architect_ext.runtime.batching import batches, in_order, named, windowed
from nlp_architect_ext.runtime.calibration import Calibration
from nlp_architect_ext.runtime.config import TaggerConfig
from nlp_architect_ext.runtime.text_tagger import Prediction, TextTagger
from nlp_architect_ext.students.base import build
from nlp_architect_ext.taggers.emitted import Emitted
from nlp_architect_ext.taggers.fitting import fitting, fitting_student, student_parts
from nlp_architect_ext.taggers.folder import holds, read_content, write_model

# most characters, padding included, in one batch: bounds memory, however long a word is
CHARACTER_BUDGET = 200_000

Numbers = NDArray[np.float32]


class NeuralTagger(TextTagger):
    """Student, decoder and vocabulary as one thing that tags.

    >>> tagger = NeuralTagger.load("out/")
    >>> tagger("Ada Lovelace moved to London.")
    [Entity(entity_group='PER', score=0.98, word='Ada Lovelace', start=0, end=12), ...]

    Args:
        config: what the tagger is made of.
        vocabulary: words and characters, as ids.
        device: where it computes.
        student: the network that `config` describes; None builds it, with fresh weights.
    """

    engine = "torch"

    def __init__(
        self,
        config: TaggerConfig,
        vocabulary: Vocabulary,
        device: torch.device | str = "cpu",
        student: nn.Module | None = None,
    ) -> None:
        super().__init__(
            LabelSet.from_json(config.labels), config.scheme, config.tokenizer, config.language
        )
        self.config = config
        self.calibration = config.calibration
        self.vocabulary = vocabulary
        self.device = torch.device(device)
        if student is None:
            student = build(*student_parts(config, vocabulary))
        decoder = Decoder(
            self.labels, use_crf=config.decoder == "crf", outside_bias=config.outside_bias
        )
        self.model = nn.ModuleDict({"student": student, "decoder": decoder}).to(self.device)

    @classmethod
    def load(cls, folder: str | Path, device: torch.device | str = "cpu") -> NeuralTagger:
        """Read a tagger from the folder that training wrote; an export in it isn't looked at.

        Args:
            folder: the folder.
            device: where it computes.

        Raises:
            UserError: the folder isn't one, or is damaged; see `taggers.folder.read_content`.
        """
        config, words, weights = read_content(Path(folder))
        with fitting(folder):
            vocabulary = read_vocabulary(words)
            student = fitting_student(config, vocabulary, weights)
            tagger = cls(config, vocabulary, device, student)
            tagger.model.load_state_dict(safetensors.torch.load(weights))
        tagger.folder = Path(folder)
        return tagger

    @property
    def size(self) -> int:
        """Bytes of the weights."""
        return sum(weight.nbytes for weight in self.model.parameters())

    def save(self, folder: str | Path) -> None:
        """Write the tagger to a folder that `load` reads."""
        write_model(Path(folder), self.config, self.vocabulary.to_json(), self.model.state_dict())
        write_manifest(Path(folder))

    def kept(self, scratch: Path) -> Path:
        """See `TextTagger.kept`; what was changed after reading, or never written, is written."""
        state = self.config, self.vocabulary.to_json(), self.model.state_dict()
        if self.folder is not None and holds(self.folder, *state):
            return self.folder
        self.save(scratch)
        return scratch

    def export(self, folder: str | Path, precision: str = "int8") -> None:
        """Write a folder that `runtime.Tagger.load` reads without torch; nothing is compared.

        Args:
            folder: made if need be.
            precision: "int8" or "fp32"; `parity.compare` says what it costs.

        Raises:
            UserError: the student can't be exported.
        """
        from nlp_architect_ext.taggers.export import write_export  # onnx takes a second

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
        self.config = replace(self.config, calibration=calibration)

    def set_outside_bias(self, bias: float) -> None:
        """From now on so much is added to the scores of O, in logits; below 0: more entities."""
        self.decoder.outside_bias = bias
        self.config = replace(self.config, outside_bias=bias)

    @property
    def decoder(self) -> Decoder:
        """What turns the student's emissions into labels."""
        decoder = self.model["decoder"]
        assert isinstance(decoder, Decoder)
        return decoder

    @property
    def takes_word_vectors(self) -> bool:
        """Whether the student has a word embedding that vectors can be put into."""
        return isinstance(getattr(self.model["student"], "word_embedding", None), nn.Embedding)

    def set_word_vectors(self, vectors: Mapping[str, NDArray[np.float32]]) -> None:
        """Start the student's word embedding from pretrained vectors; other words stay random.

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
        return self.decoded(self.emitted(sentences, batch_size), len(sentences))

    def decoded(self, emitted: Iterable[Emitted], count: int) -> list[Prediction]:
        """The predictions of `count` sentences, in their order, from what `emitted` gave."""
        decoded = ((one.indices, self._decoded(one)) for one in emitted)
        return in_order(count, decoded, Prediction((), ()))

    def _decoded(self, one: Emitted) -> Iterator[Prediction]:
        labels, scores = self.decoder.decode(one.emissions, one.lengths)
        return named(self.labels.names, one.lengths.tolist(), labels.tolist(), scores.tolist())

    def emissions(self, sentences: Sequence[Sentence], batch_size: int = 100) -> list[Numbers]:
        """What the student says of each sentence: scores (words, labels), before any decoding."""
        rows = ((one.indices, one.rows()) for one in self.emitted(sentences, batch_size))
        return in_order(len(sentences), rows, np.zeros((0, len(self.labels)), np.float32))

    def emitted(self, sentences: Sequence[Sentence], batch_size: int = 100) -> Iterator[Emitted]:
        """What the student says of each batch, before any decoding."""
        encoded = [encode_words(sentence.words, self.vocabulary) for sentence in sentences]
        self.model.eval()
        parts = batches(
            list(map(len, encoded)),
            batch_size,
            budget=CHARACTER_BUDGET,
            widths=[sentence.longest_word for sentence in encoded],
            max_words=self.config.max_words,
        )
        for indices in parts:
            with torch.inference_mode():
                emissions, lengths = self._emissions([encoded[index] for index in indices])
            yield Emitted(indices, emissions, lengths)

    def _emissions(self, sentences: list[EncodedSentence]) -> tuple[Tensor, Tensor]:
        """Emissions (batch, words, labels) and lengths (batch,); one long sentence in windows."""
        student, longest = self.model["student"], self.config.max_words
        if len(sentences[0]) <= longest:
            batch = collate(sentences).to(self.device)
            return student(batch), batch.lengths
        (sentence,) = sentences

        def compute(start: int, end: int) -> Tensor:
            emissions: Tensor = student(collate([sentence.part(start, end)]).to(self.device))
            return emissions[0]

        parts = windowed(len(sentence), longest, compute)
        return torch.cat(parts).unsqueeze(0), torch.tensor([len(sentence)])
