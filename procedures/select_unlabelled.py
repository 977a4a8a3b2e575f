"""`nlp-train select_unlabelled`: the part of a pool that is like the labelled sentences."""

from argparse import ArgumentParser, Namespace

from nlp_architect_ext.procedure import Procedure, register_train_cmd
from nlp_architect_ext.settings.flags import add_flags
from nlp_architect_ext.settings.resolve import resolve
from nlp_architect_ext.settings.texts import SelectUnlabelledSettings


@register_train_cmd(
    name="select_unlabelled", description="choose raw text that is like the labelled sentences"
)
class SelectUnlabelled(Procedure):
    """Selection by cross-entropy difference (Moore & Lewis, 2010)."""

    @staticmethod
    def add_arguments(parser: ArgumentParser) -> None:
        """See `settings.texts.SelectUnlabelledSettings`."""
        add_flags(parser, SelectUnlabelledSettings)

    @staticmethod
    def run_procedure(args: Namespace) -> None:
        """Score the pool, write the best lines, and say what was kept."""
        settings = resolve(SelectUnlabelledSettings, args)
        from nlp_architect_ext.runs.select_text import select_unlabelled

        select_unlabelled(settings)
