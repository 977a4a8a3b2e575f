"""A training method in a package of its own: `nlp-train tagger_r_drop`.

R-Drop: every batch goes through the student twice, under two draws of dropout, and beside the task
loss the two answers are drawn towards one another. Source: Liang et al. (2021), "R-Drop:
Regularized Dropout for Neural Networks", section 2.
"""

from argparse import ArgumentParser, Namespace
from dataclasses import dataclass

from torch import Tensor

from nlp_architect_ext.batches.batch import Batch
from nlp_architect_ext.layers.decoder import Decoder
from nlp_architect_ext.procedure import Procedure, register_train_cmd
from nlp_architect_ext.runs.method import Method
from nlp_architect_ext.runs.train_student import train_student
from nlp_architect_ext.settings.fields import group, setting
from nlp_architect_ext.settings.flags import add_flags
from nlp_architect_ext.settings.resolve import resolve
from nlp_architect_ext.settings.training import TaggerSettings
from nlp_architect_ext.taggers.neural import NeuralTagger
from nlp_architect_ext.training.losses import distillation_kl, task_loss
from nlp_architect_ext.training.objectives import Network, Objective


@dataclass(frozen=True, kw_only=True)
class AgreementSettings:
    """How much the two answers shall agree."""

    agreement_w: float = setting(1.0, help="weight of their divergence", minimum=0.0, common=True)


@dataclass(frozen=True, kw_only=True)
class TaggerRDropSettings(TaggerSettings):
    """Settings of `nlp-train tagger_r_drop`: those of `tagger`, and one group more."""

    agreement: AgreementSettings = group(AgreementSettings)


@dataclass(frozen=True)
class RDrop:
    """``L = (task(1) + task(2)) / 2 + weight · (KL(1 ‖ 2) + KL(2 ‖ 1)) / 2``, mean per word."""

    decoder: Decoder
    weight: float
    heads: None = None

    def loss(
        self, student: Network, batch: Batch, done: float = 1.0
    ) -> tuple[Tensor, dict[str, float]]:
        """See `Objective.loss`."""
        one, other = student(batch), student(batch)  # dropout draws anew
        gold = (batch.labels, batch.lengths, batch.mask)
        task = (task_loss(self.decoder, one, *gold) + task_loss(self.decoder, other, *gold)) / 2
        apart = distillation_kl(one, other, batch.mask, 1.0)
        apart = (apart + distillation_kl(other, one, batch.mask, 1.0)) / 2
        loss = task + self.weight * apart
        return loss, {"task": task.item(), "agreement": apart.item()}


class RDropMethod(Method[TaggerRDropSettings]):
    """Supervised learning with R-Drop."""

    settings = TaggerRDropSettings

    def objective(self, settings: TaggerRDropSettings, tagger: NeuralTagger) -> Objective:
        """See `Method.objective`."""
        return RDrop(tagger.decoder, settings.agreement.agreement_w)


@register_train_cmd(name="tagger_r_drop", description="train a compact tagger with R-Drop")
class TrainTaggerRDrop(Procedure):
    """The method as a command."""

    @staticmethod
    def add_arguments(parser: ArgumentParser) -> None:
        """See `TaggerRDropSettings`."""
        add_flags(parser, TaggerRDropSettings)

    @staticmethod
    def run_procedure(args: Namespace) -> None:
        """Train, score, and write the result folder."""
        train_student(RDropMethod(), resolve(TaggerRDropSettings, args))
