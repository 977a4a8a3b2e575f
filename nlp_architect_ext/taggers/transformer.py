"""A fine-tuned transformer that tags words and raw text."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.core.tags import TagError, detect_scheme
from nlp_architect_ext.encoders.folder import find
from nlp_architect_ext.layers.decoder import Decoder
from nlp_architect_ext.runtime.text_tagger import Prediction, TextTagger
from nlp_architect_ext.settings.inference import TransformerInferenceSettings
from nlp_architect_ext.teachers.transformer import TransformerTokenClassifier


class TransformerTagger(TextTagger):
    """A fine-tuned transformer that tags words and raw text, with labels that follow each other
    legally.

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

    def predict_labels(
        self, sentences: Sequence[Sentence], batch_size: int = 100
    ) -> list[Prediction]:
        """See `TextTagger.predict_labels`; long sentences are windowed by word pieces."""
        self.transformer.batch_size = batch_size
        predictions = [Prediction((), ())] * len(sentences)
        worded = [index for index, sentence in enumerate(sentences) if sentence.words]
        logits = [
            torch.from_numpy(row)
            for row in self.transformer.logits([sentences[index] for index in worded])
        ]
        by_length = sorted(range(len(worded)), key=lambda place: len(logits[place]))
        for start in range(0, len(by_length), batch_size):
            places = by_length[start : start + batch_size]
            emissions = pad_sequence([logits[place] for place in places], batch_first=True)
            lengths = torch.tensor([len(logits[place]) for place in places])
            labels, scores = self.decoder.decode(emissions, lengths)
            for place, ids, probabilities in zip(
                places, labels.tolist(), scores.tolist(), strict=True
            ):
                count = len(logits[place])
                names = tuple(self.labels.names[label] for label in ids[:count])
                predictions[worded[place]] = Prediction(names, tuple(probabilities[:count]))
        return predictions


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
