"""`nlp-train annotate_next`: which sentences of a pool to annotate next."""

from argparse import ArgumentParser, Namespace

from nlp_architect_ext.procedure import Procedure, register_train_cmd
from nlp_architect_ext.settings.annotation import AnnotateNextSettings
from nlp_architect_ext.settings.flags import add_flags
from nlp_architect_ext.settings.resolve import resolve


@register_train_cmd(
    name="annotate_next", description="choose the raw text whose labels would teach a tagger most"
)
class AnnotateNext(Procedure):
    """Active learning with a trained tagger."""

    @staticmethod
    def add_arguments(parser: ArgumentParser) -> None:
        """See `settings.annotation.AnnotateNextSettings`."""
        add_flags(parser, AnnotateNextSettings)

    @staticmethod
    def run_procedure(args: Namespace) -> None:
        """Choose sentences of the pool, and write them."""
        settings = resolve(AnnotateNextSettings, args)
        from nlp_architect_ext.runs.annotate_next import annotate_next

        annotate_next(settings)
