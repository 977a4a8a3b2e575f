"""`nlp-train learning_curve`: sizes × seeds × systems, F1 over the number of labelled sentences."""

from argparse import ArgumentParser, Namespace

from nlp_architect_ext.procedure import Procedure, register_train_cmd
from nlp_architect_ext.settings.curve import LearningCurveSettings
from nlp_architect_ext.settings.flags import add_flags
from nlp_architect_ext.settings.resolve import resolve


@register_train_cmd(
    name="learning_curve",
    description="compare systems over numbers of labelled sentences and seeds",
)
class LearningCurve(Procedure):
    """The protocol of Izsak, Guskin and Wasserblat (2019), figure 2."""

    @staticmethod
    def add_arguments(parser: ArgumentParser) -> None:
        """See `settings.curve.LearningCurveSettings`."""
        add_flags(parser, LearningCurveSettings)

    @staticmethod
    def run_procedure(args: Namespace) -> None:
        """Run every cell, and draw the curve after each."""
        settings = resolve(LearningCurveSettings, args)
        from nlp_architect_ext.curve.run import train_curve

        train_curve(settings)
