"""The auxiliary heads of Cross-View Training: each sees a part of the sentence and learns what the whole says.

Source: Clark, Luong, Manning, Le (2018), "Semi-Supervised Sequence Modeling with Cross-View Training", section 3.2.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from nlp_architect_ext.students.views import Views


class CrossViewHeads(nn.Module):
    """Five heads: four that see a part of the sentence, one that sees it all; they are gone after training.

    | head | reads, to label word t | ReLU |
    |---|---|---|
    | full | both layers at t | no |
    | forward | the first layer from the left at t | yes |
    | backward | the first layer from the right at t | yes |
    | future | the first layer from the left at t - 1: it must guess the word | yes |
    | past | the first layer from the right at t + 1 | yes |

    Args:
        width: of the first layer's features of one direction.
        top_width: of the last layer's features.
        hidden: numbers between a head's two dense layers.
        label_count: labels.
    """

    def __init__(self, width: int, top_width: int, hidden: int, label_count: int) -> None:
        super().__init__()
        self.full = nn.Sequential(nn.Linear(2 * width + top_width, hidden), nn.Linear(hidden, label_count))
        self.forward_ = _head(width, hidden, label_count)
        self.backward_ = _head(width, hidden, label_count)
        self.future = _head(width, hidden, label_count)
        self.past = _head(width, hidden, label_count)

    def forward(self, views: Views, mask: Tensor) -> dict[str, tuple[Tensor, Tensor]]:
        """Logits (batch, words, labels) of each head, and where they count (batch, words).

        Args:
            views: of a student.
            mask: True at real words (batch, words).
        """
        first, last = mask.clone(), mask.clone()
        first[:, 0] = False  # nothing comes before it
        last[:, :-1] &= mask[:, 1:]  # nothing comes after a sentence's last word
        last[:, -1] = False
        return {
            "full": (self.full(torch.cat([views.rightward, views.leftward, views.top], dim=2)), mask),
            "forward": (self.forward_(views.rightward), mask),
            "backward": (self.backward_(views.leftward), mask),
            "future": (self.future(views.rightward).roll(1, dims=1), first),
            "past": (self.past(views.leftward).roll(-1, dims=1), last),
        }


def _head(width: int, hidden: int, label_count: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(width, hidden), nn.ReLU(), nn.Linear(hidden, label_count))
