"""The conditional random field: its loss, the best sequence, the probability of each label.

The loss is pytorch-crf's, guarded.

A sequence of labels y scores ``start[y_1] + Σ_t emissions[t, y_t] + Σ_t transitions[y_t, y_t+1] +
end[y_n]``; its probability is the exponential of that, divided by the sum over all sequences.
Source: Lafferty, McCallum, Pereira (2001), "Conditional Random Fields", section 3.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torchcrf import CRF


class Crf(nn.Module):
    """Scores of label pairs, learned together with a student.

    Args:
        label_count: number of labels.
    """

    def __init__(self, label_count: int) -> None:
        super().__init__()
        self.label_count = label_count
        self.kernel = CRF(label_count, batch_first=True)

    @property
    def transitions(self) -> nn.Parameter:
        """Score of one label after another (labels, labels): ``transitions[before, after]``."""
        return self.kernel.transitions  # type: ignore[no-any-return]

    @property
    def start(self) -> nn.Parameter:
        """Score of each label at a sentence's first word (labels,)."""
        return self.kernel.start_transitions  # type: ignore[no-any-return]

    @property
    def end(self) -> nn.Parameter:
        """Score of each label at a sentence's last word (labels,)."""
        return self.kernel.end_transitions  # type: ignore[no-any-return]

    def negative_log_likelihood(self, emissions: Tensor, labels: Tensor, lengths: Tensor) -> Tensor:
        """The negative log-likelihood of the labels divided by the number of words: a scalar.

        Per word, so that it balances with other losses.

        Args:
            emissions: scores (batch, words, labels), finite.
            labels: label ids (batch, words), any value beyond the lengths.
            lengths: words of each sentence (batch,), at least 1.

        Raises:
            ValueError: an input that pytorch-crf would take for a number silently.
        """
        self._validate(emissions, labels, lengths)
        mask = word_mask(emissions, lengths)
        sentences = self.kernel(
            emissions, labels.masked_fill(~mask, 0), mask=mask, reduction="none"
        )
        total: Tensor = -sentences.sum() / mask.sum()
        return total

    def _validate(self, emissions: Tensor, labels: Tensor, lengths: Tensor) -> None:
        if emissions.dim() != 3 or emissions.shape[2] != self.label_count or 0 in emissions.shape:
            raise ValueError(
                f"expected emissions (batch, words, {self.label_count}), got "
                f"{tuple(emissions.shape)}"
            )
        if labels.shape != emissions.shape[:2] or lengths.shape != emissions.shape[:1]:
            raise ValueError(
                f"expected labels {tuple(emissions.shape[:2])} and lengths ({len(emissions)},), "
                f"got {tuple(labels.shape)} and {tuple(lengths.shape)}"
            )
        if lengths.min() < 1 or lengths.max() > emissions.shape[1]:
            raise ValueError(
                f"expected lengths from 1 to {emissions.shape[1]} words, got {lengths.tolist()}"
            )
        real = labels[word_mask(emissions, lengths)]
        if real.min() < 0 or real.max() >= self.label_count:
            raise ValueError(
                f"expected label ids from 0 to {self.label_count - 1}, got {real.min()} to "
                f"{real.max()}"
            )
        if not emissions.isfinite().all():
            raise ValueError("expected finite emissions, got NaN or infinity")


def word_mask(emissions: Tensor, lengths: Tensor) -> Tensor:
    """True at real words (batch, words), on the device of the emissions (batch, words, labels)."""
    positions = torch.arange(emissions.shape[1], device=emissions.device)
    return positions < lengths.to(emissions.device).unsqueeze(1)


@torch.no_grad()
def viterbi(
    emissions: Tensor, lengths: Tensor, transitions: Tensor, start: Tensor, end: Tensor
) -> Tensor:
    """The sequence of labels with the highest score, for all sentences at once.

    Args:
        emissions: scores (batch, words, labels).
        lengths: words of each sentence (batch,), at least 1.
        transitions: scores (labels, labels), ``[before, after]``; -inf forbids.
        start: scores of the first label (labels,); -inf forbids.
        end: scores of the last label (labels,); -inf forbids.

    Returns:
        Label ids (batch, words), 0 beyond the lengths.
    """
    # shape: (batch, words)
    mask = word_mask(emissions, lengths)
    # shape: (batch, labels)
    stay = torch.arange(emissions.shape[2], device=emissions.device).expand(len(emissions), -1)
    # The best score of any path that ends at this word in this label.
    # shape: (batch, labels)
    score = start + emissions[:, 0]
    origins = []  # the label before, on that path
    for word in range(1, emissions.shape[1]):
        # shape: (batch, labels before, labels after)
        scores = score.unsqueeze(2) + transitions
        # shape: (batch, labels)
        best, origin = scores.max(dim=1)
        # shape: (batch, 1)
        is_real = mask[:, word].unsqueeze(1)
        score = torch.where(is_real, best + emissions[:, word], score)
        origins.append(torch.where(is_real, origin, stay))
    # shape: (batch, 1), the last word's label first
    path = [(score + end).argmax(dim=1, keepdim=True)]
    for origin in reversed(origins):
        path.append(origin.gather(1, path[-1]))
    # shape: (batch, words)
    return torch.cat(path[::-1], dim=1).masked_fill(~mask, 0)


def marginals(
    emissions: Tensor, lengths: Tensor, transitions: Tensor, start: Tensor, end: Tensor
) -> Tensor:
    """The probability of each label at each word: forward-backward in log space.

    Args:
        emissions: scores (batch, words, labels).
        lengths: words of each sentence (batch,), at least 1.
        transitions: scores (labels, labels), ``[before, after]``.
        start: scores of the first label (labels,).
        end: scores of the last label (labels,).

    Returns:
        Probabilities (batch, words, labels), 0 beyond the lengths; gradients flow.
    """
    mask = word_mask(emissions, lengths)
    probabilities = log_marginals(emissions, lengths, transitions, start, end).exp()
    return probabilities.masked_fill(~mask.unsqueeze(2), 0.0)


def log_marginals(
    emissions: Tensor, lengths: Tensor, transitions: Tensor, start: Tensor, end: Tensor
) -> Tensor:
    """The logarithms of `marginals`, of any value beyond the lengths."""
    # shape: (batch, words)
    mask = word_mask(emissions, lengths)
    words = emissions.shape[1]
    # Forward: log-sum over the paths that end in this label, its emission included.
    # shape: (batch, labels), one a word
    forward = [start + emissions[:, 0]]
    for word in range(1, words):
        # shape: (batch, labels before, labels after)
        scores = forward[-1].unsqueeze(2) + transitions
        forward.append(scores.logsumexp(dim=1) + emissions[:, word])
    # Backward: log-sum over the paths that go on from this label, last word first.
    # shape: (batch, labels), one a word
    backward = [end.expand_as(emissions[:, 0])]
    for word in range(words - 1, 0, -1):
        # shape: (batch, labels before, labels after)
        scores = (emissions[:, word] + backward[-1]).unsqueeze(1) + transitions
        is_real = mask[:, word].unsqueeze(1)
        backward.append(torch.where(is_real, scores.logsumexp(dim=2), end))
    # shape: (batch, words, labels)
    paths = torch.stack(forward, dim=1) + torch.stack(backward[::-1], dim=1)
    return paths.log_softmax(dim=2)
