"""A fine-tuned transformer that tags words and raw text."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.core.tags import TagError, detect_scheme
from nlp_architect_ext.encoders.folder import find
from nlp_architect_ext.layers.decoder import Decoder
from nlp_architect_ext.runtime.batching import batches, in_order, named
from nlp_architect_ext.runtime.text_tagger import Prediction, TextTagger
from nlp_architect_ext.settings.inference import TransformerInferenceSettings
from nlp_architect_ext.teachers.transformer import TransformerTokenClassifier


class TransformerTagger(TextTagger):
    """A fine-tuned transformer that tags words and raw text, with legal sequences of labels.

    Args:
        model: the transformer.
        tokenizer: how raw text is split into words.
        language: the tokenizer's language.
    """

    engine = "torch"

    def __init__(self, model: TransformerTokenClassifier, tokenizer: str, language: str) -> None:
        super().__init__(model.labels, model.labels.scheme, tokenizer, language)
        self.transformer = model
        self.decoder = Decoder(model.labels, use_crf=False)

    @property
    def size(self) -> int:
        """Bytes of the weights; those in 8-bit integers aren't parameters, and don't count."""
        return sum(weight.nbytes for weight in self.transformer.model.parameters())

    def predict_labels(
        self, sentences: Sequence[Sentence], batch_size: int = 100
    ) -> list[Prediction]:
        """See `TextTagger.predict_labels`; long sentences are windowed by word pieces."""
        self.transformer.batch_size = batch_size
        worded = [index for index, sentence in enumerate(sentences) if sentence.words]
        found = self.transformer.logits([sentences[index] for index in worded])
        logits = [torch.from_numpy(rows) for rows in found]
        decoded = (
            (
                [worded[place] for place in places],
                self._decoded([logits[place] for place in places]),
            )
            for places in batches(list(map(len, logits)), batch_size)
        )
        return in_order(len(sentences), decoded, Prediction((), ()))

    def _decoded(self, logits: list[Tensor]) -> Iterator[Prediction]:
        """The predictions of a batch from the logits (words, labels) of each sentence."""
        emissions = pad_sequence(logits, batch_first=True)  # (batch, words, labels)
        lengths = list(map(len, logits))
        labels, scores = self.decoder.decode(emissions, torch.tensor(lengths))
        return named(self.labels.names, lengths, labels.tolist(), scores.tolist())


def load_transformer_tagger(
    settings: TransformerInferenceSettings, device: torch.device
) -> TransformerTagger:
    """The tagger that `nlp-inference transformer_token` uses.

    Raises:
        UserError: the checkpoint can't be used, or its labels are no scheme of ours.
    """
    path, precision = settings.model_path, settings.precision
    if settings.load_quantized_model:
        if precision == "bf16":
            raise UserError(
                where="--precision bf16",
                wrong="can't be used with --load_quantized_model",
                expected="one kind of arithmetic",
                remedy="leave one of them out",
            )
        precision = "fp32"  # of what isn't in 8-bit integers
    model = TransformerTokenClassifier.load(
        path,
        _label_set(path),
        device=device,
        precision=precision,
        max_pieces=settings.max_seq_length,
    )
    if settings.load_quantized_model:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it announces a successor in a package of its own
            model.model = torch.ao.quantization.quantize_dynamic(
                model.model, {nn.Linear}, dtype=torch.qint8
            )
    return TransformerTagger(model, settings.tokenizer, settings.language)


def _label_set(path: str) -> LabelSet:
    names = find(path).label_names
    if names is None:
        wrong = "no token classifier with named labels"
        raise UserError(
            where=path,
            wrong=wrong,
            expected="a fine-tuned transformer",
            remedy="fine-tune it with nlp-train transformer_token",
        )
    try:
        return LabelSet(names, "plain" if detect_scheme([names]) == "plain" else "IOB2")
    except (TagError, ValueError) as error:
        raise UserError(
            where=path,
            wrong=f"its labels are {' '.join(names)}",
            expected="IOB2 or plain labels",
            remedy="use another model",
        ) from error
