"""From emissions to labels: softmax or a conditional random field, always a legal sequence."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.layers.crf import Crf, log_marginals, marginals, viterbi, word_mask

NEVER = float("-inf")


class Decoder(nn.Module):
    """How probable labels are, and which are chosen at prediction.

    Args:
        labels: the label set; it says which label may follow which.
        use_crf: score label pairs too. Training leaves all pairs free; legality only rules
            prediction.
        outside_bias: added to the emissions of O at prediction; below 0 more entities are found.
    """

    legal: Tensor
    legal_start: Tensor

    def __init__(self, labels: LabelSet, use_crf: bool, outside_bias: float = 0.0) -> None:
        super().__init__()
        self.outside = labels.outside
        self.outside_bias = outside_bias
        self.crf = Crf(len(labels)) if use_crf else None
        self.register_buffer("legal", torch.from_numpy(labels.legal.copy()), persistent=False)
        self.register_buffer(
            "legal_start", torch.from_numpy(labels.legal_start.copy()), persistent=False
        )

    def log_probabilities(self, emissions: Tensor, lengths: Tensor, temperature: float) -> Tensor:
        """Log of the softened probability of each label at each word; any value beyond the lengths.

        The softmax's, or the CRF's marginals with all scores divided by the temperature. Gradients
        flow.

        Args:
            emissions: scores (batch, words, labels).
            lengths: words of each sentence (batch,), at least 1.
            temperature: above zero.
        """
        if self.crf is None:
            return (emissions / temperature).log_softmax(dim=2)
        crf = self.crf
        scores = [part / temperature for part in (crf.transitions, crf.start, crf.end)]
        return log_marginals(emissions / temperature, lengths, *scores)

    @torch.no_grad()
    def decode(self, emissions: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """The best legal labels and how sure they are.

        Args:
            emissions: scores (batch, words, labels).
            lengths: words of each sentence (batch,), at least 1.

        Returns:
            Label ids (batch, words) and the probability of each (batch, words) between 0 and 1: the
            softmax's, or the CRF's marginal over all sequences, illegal ones among them. Both are 0
            beyond the lengths.
        """
        emissions = emissions.float()
        if self.outside_bias and self.outside is not None:
            emissions = emissions.clone()
            emissions[:, :, self.outside] += self.outside_bias
        if self.crf is None:
            probabilities = emissions.softmax(dim=2)
            best = self._best_of_softmax(emissions, lengths)
        else:
            scores = self.crf.transitions, self.crf.start, self.crf.end
            probabilities = marginals(emissions, lengths, *scores)
            best = self._best_legal(emissions, lengths, *scores)
        # shape: (batch, words, labels) to (batch, words)
        chosen = probabilities.gather(2, best.unsqueeze(2)).squeeze(2)
        return best, chosen.masked_fill(~word_mask(emissions, lengths), 0.0)

    def _best_of_softmax(self, emissions: Tensor, lengths: Tensor) -> Tensor:
        """Viterbi for the sentences whose most probable labels are an illegal sequence.

        They are few, once trained.
        """
        # shape: (batch, words)
        best = emissions.argmax(dim=2).masked_fill(~word_mask(emissions, lengths), 0)
        # shape: (batch,)
        starts_legally = self.legal_start[best[:, 0]]
        continues_legally = self.legal[best[:, :-1], best[:, 1:]].all(dim=1)
        illegal = ~(starts_legally & continues_legally)
        if illegal.any():
            # A softmax has no scores of label pairs.
            # shape: (labels,) and (labels, labels)
            free = emissions.new_zeros(emissions.shape[2])
            free_pairs = free.expand(len(free), -1)
            lengths = lengths.to(emissions.device)[illegal]
            best[illegal] = self._best_legal(emissions[illegal], lengths, free_pairs, free, free)
        return best

    def _best_legal(
        self, emissions: Tensor, lengths: Tensor, pairs: Tensor, start: Tensor, end: Tensor
    ) -> Tensor:
        legal_pairs = pairs.masked_fill(~self.legal, NEVER)
        legal_start = start.masked_fill(~self.legal_start, NEVER)
        return viterbi(emissions, lengths, legal_pairs, legal_start, end)
