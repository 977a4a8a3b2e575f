"""`nlp-train tagger_cvt`: learn from labelled sentences and, on raw text, from the student."""

from argparse import ArgumentParser, Namespace

from nlp_architect_ext.procedure import Procedure, register_train_cmd
from nlp_architect_ext.settings.cross_view import TaggerCvtSettings
from nlp_architect_ext.settings.flags import add_flags
from nlp_architect_ext.settings.resolve import resolve


@register_train_cmd(
    name="tagger_cvt",
    description="train a compact tagger on labelled and raw text, without a teacher (cross-view)",
)
class TrainTaggerCvt(Procedure):
    """Cross-View Training: the method of Clark, Luong, Manning and Le (2018)."""

    @staticmethod
    def add_arguments(parser: ArgumentParser) -> None:
        """See `settings.cross_view.TaggerCvtSettings`."""
        add_flags(parser, TaggerCvtSettings)

    @staticmethod
    def run_procedure(args: Namespace) -> None:
        """Train, score, and write the result folder."""
        settings = resolve(TaggerCvtSettings, args)
        from nlp_architect_ext.runs.methods import CROSS_VIEW
        from nlp_architect_ext.runs.train_student import train_student

        train_student(CROSS_VIEW, settings)
