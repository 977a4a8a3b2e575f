"""Before any label: a student's states learn to say what an encoder's say.

The sentence's part is the idea of arXiv 2004.03097 (AACL 2020), where an LSTM approximates the
sentence representations of BERT; the words' part is for taggers.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn
from torch.nn import functional

from nlp_architect_ext.batches.state_stream import StateBatch
from nlp_architect_ext.students.base import Viewable
from nlp_architect_ext.training.losses import check_finite

# A student that knows nothing has a sentence's loss of ½ and a word's of 1; the sentence's gradient
# is spread over all of its words.
SENTENCE_WEIGHT = 10.0


class ApproximationHeads(nn.Module):
    """Projections from the student's last layer to an encoder's width, needed in training only.

    Args:
        top_width: of the student's last layer.
        width: of the encoder.
        sentence: whether there is one for the vector of a sentence.
        words: whether there is one for the states of words.
    """

    def __init__(self, top_width: int, width: int, *, sentence: bool, words: bool) -> None:
        super().__init__()
        self.sentence = nn.Linear(top_width, width) if sentence else None
        self.words = nn.Linear(top_width, width) if words else None


@dataclass(frozen=True)
class SentenceAndWordApproximation:
    """``L = 10 · ½ · (1 - cos(P(pool(top)), c)) + mean (P_w(top_t) - z_t)²``.

    ``top`` is the student's last layer, ``pool`` its mean over a sentence's words, ``P`` and
    ``P_w`` are the heads' projections; ``c`` is the encoder's vector of the sentence, ``z_t`` its
    state of a word. The first part is a mean over sentences, the second one over words and numbers;
    what the encoder can't see doesn't count. A part without a head is left out.

    Args:
        heads: of the parts to be learnt.
    """

    heads: ApproximationHeads

    def loss(
        self, student: nn.Module, batch: StateBatch, done: float = 1.0
    ) -> tuple[Tensor, dict[str, float]]:
        """See `StepObjective.loss`; the parts are without their weights."""
        assert isinstance(student, Viewable)
        _, views = student.views(batch.sentences)
        loss = views.top.new_zeros(())
        parts = {}
        if self.heads.sentence is not None:
            pooled = masked_mean(views.top, batch.sentences.mask)
            sentence = half_cosine_distance(self.heads.sentence(pooled), batch.vectors)
            loss = loss + SENTENCE_WEIGHT * sentence
            parts["sentence"] = sentence.item()
        if self.heads.words is not None:
            words = state_error(self.heads.words(views.top), batch.states, batch.is_seen)
            loss = loss + words
            parts["words"] = words.item()
        check_finite(loss)
        return loss, parts


def masked_mean(states: Tensor, mask: Tensor) -> Tensor:
    """The mean over words (batch, width); zeros for a sentence without any that counts.

    Args:
        states: of words, any value where the mask is False (batch, words, width).
        mask: True at words that count (batch, words).
    """
    # shape: (batch, words, 1)
    counts = mask.unsqueeze(2)
    total = states.masked_fill(~counts, 0.0).sum(dim=1)
    return total / counts.sum(dim=1).clamp(min=1)


def half_cosine_distance(found: Tensor, target: Tensor) -> Tensor:
    """``½ · (1 - cos(found, target))``, mean over sentences: 0 if parallel, 1 if opposite.

    The lengths of vectors don't matter. A sentence whose target is all zero doesn't count.

    Args:
        found: vectors (batch, width).
        target: vectors (batch, width).
    """
    counts = (target != 0).any(dim=1)
    # shape: (batch,)
    cosines = functional.cosine_similarity(found, target, dim=1)
    distances = (0.5 * (1 - cosines)).masked_fill(~counts, 0.0)
    return distances.sum() / counts.sum().clamp(min=1)


def state_error(found: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    """``(found - target)²``, mean over words that count and their numbers.

    Args:
        found: states (batch, words, width).
        target: states (batch, words, width).
        mask: True at words that count (batch, words).
    """
    # shape: (words that count, width)
    errors = (found[mask] - target[mask]).square()
    return errors.sum() / max(errors.numel(), 1)
