"""A model of NLP Architect as a `NeuralTagger` that gives the same emissions."""

from __future__ import annotations

from pathlib import Path

from torch import Tensor

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.tags import TagError, detect_scheme
from nlp_architect_ext.data.old_vocabulary import OldVocabulary
from nlp_architect_ext.runtime.config import TaggerConfig
from nlp_architect_ext.settings.student import StudentSettings
from nlp_architect_ext.taggers.neural import NeuralTagger
from nlp_architect_ext.taggers.old_model import OldModel
from nlp_architect_ext.taggers.old_weights import Imported, cnn_lstm, crf, id_cnn

AUTO = "auto"


def imported_tagger(
    old: OldModel, folder: Path, *, scheme: str, tokenizer: str, language: str
) -> NeuralTagger:
    """The tagger, on the CPU.

    Args:
        old: what was read.
        folder: where it was read, for messages.
        scheme: of its labels: "IOB2", "plain", or "auto" for IOB2 if it fits.
        tokenizer: how raw text is split into words.
        language: the tokenizer's language.

    Raises:
        UserError: labels of another scheme, or a network that our students can't compute.
    """
    ids = _label_ids(old)
    labels = _label_set(tuple(ids), scheme, folder)
    try:
        _check_label_count(old)
        vocabulary = _vocabulary(old)
        network = _network(old, vocabulary, list(ids.values()))
        config = TaggerConfig(
            student=network.student,
            arguments=network.arguments,
            labels=labels.to_json(),
            decoder="crf" if old.has_crf else "softmax",
            scheme=labels.scheme,
            tokenizer=tokenizer,
            language=language,
            max_words=StudentSettings.max_sentence_length,
        )
        tagger = NeuralTagger(config, vocabulary)
        tagger.model.load_state_dict(_state(old, network, list(ids.values())))
    except (ValueError, KeyError, IndexError, RuntimeError, TypeError) as error:
        missing = "it lacks " if isinstance(error, KeyError) else ""
        # torch's first line says only that it failed.
        reason = (str(error).splitlines() or [type(error).__name__])[-1].strip()
        raise UserError(
            where=str(folder),
            wrong=f"a network that can't be imported ({missing}{reason})",
            expected="a CNNLSTM or IDCNN of NLP Architect 0.5 with convolutions over 3",
            remedy="train again with nlp-train",
        ) from error
    return tagger


def _label_ids(old: OldModel) -> dict[str, int]:
    """The old id of each label; of a label that is listed twice, the last, which was trained."""
    ids = {label: id_ for id_, label in enumerate(old.labels, start=1) if label}
    return dict(sorted(ids.items(), key=lambda item: item[1]))


def _check_label_count(old: OldModel) -> None:
    expected = len(old.labels) + 1
    for name in ("model.dense.bias", *(["crf.start_transitions"] if old.has_crf else [])):
        found = len(old.weights[name])
        if found != expected:
            raise ValueError(
                f"{name} has scores of {found} labels; expected {expected}, padding's among them"
            )


def _label_set(names: tuple[str, ...], scheme: str, folder: Path) -> LabelSet:
    try:
        if scheme != AUTO:
            return LabelSet(names, scheme)
        try:
            is_plain = detect_scheme([names]) == "plain"
            return LabelSet(names, "plain" if is_plain else "IOB2")
        except (TagError, ValueError):
            return LabelSet(names, "plain")
    except ValueError as error:
        raise UserError(
            where=str(folder),
            wrong=f"its labels are {' '.join(names) or 'none'}",
            expected=f"labels of the scheme {scheme}",
            remedy="take the scheme plain, in which every label goes its own way",
        ) from error


def _vocabulary(old: OldModel) -> OldVocabulary:
    reads_shapes = old.network == "IDCNN"
    reads_characters = "model.char_embeddings.weight" in old.weights
    length = old.max_word_length if reads_characters else 0
    return OldVocabulary(old.words, old.letters, length, shapes=reads_shapes)


def _network(old: OldModel, vocabulary: OldVocabulary, labels: list[int]) -> Imported:
    convert = {"CNNLSTM": cnn_lstm, "IDCNN": id_cnn}[old.network]
    return convert(_part(old, "model."), old.arguments, vocabulary, labels)


def _state(old: OldModel, network: Imported, labels: list[int]) -> dict[str, Tensor]:
    """The state of the tagger's student and decoder."""
    state = {f"student.{name}": weight for name, weight in network.weights.items()}
    if old.has_crf:
        pairs = crf(_part(old, "crf."), labels)
        state |= {f"decoder.crf.kernel.{name}": weight for name, weight in pairs.items()}
    return state


def _part(old: OldModel, prefix: str) -> dict[str, Tensor]:
    """The weights of this prefix, without it."""
    return {
        name.removeprefix(prefix): weight
        for name, weight in old.weights.items()
        if name.startswith(prefix)
    }
