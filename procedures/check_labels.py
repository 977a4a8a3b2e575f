"""`nlp-train check_labels`: the labels that are probably wrong."""

from argparse import ArgumentParser, Namespace

from nlp_architect_ext.procedure import Procedure, register_train_cmd
from nlp_architect_ext.settings.flags import add_flags
from nlp_architect_ext.settings.label_check import CheckLabelsSettings
from nlp_architect_ext.settings.resolve import resolve


@register_train_cmd(name="check_labels", description="list the labels that are probably wrong")
class CheckLabels(Procedure):
    """Taggers judge the labels of sentences that they weren't trained on."""

    @staticmethod
    def add_arguments(parser: ArgumentParser) -> None:
        """See `settings.label_check.CheckLabelsSettings`."""
        add_flags(parser, CheckLabelsSettings)

    @staticmethod
    def run_procedure(args: Namespace) -> None:
        """Check the labels, or take the user's decisions back."""
        settings = resolve(CheckLabelsSettings, args)
        if settings.suspects.relabel is not None:
            from nlp_architect_ext.runs.relabel import relabel

            relabel(settings)
        else:
            from nlp_architect_ext.runs.check_labels import check_labels

            check_labels(settings)
