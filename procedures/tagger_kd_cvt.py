"""`nlp-train tagger_kd_cvt`: distillation on raw text, joined with views of the student."""

from argparse import ArgumentParser, Namespace

from nlp_architect_ext.procedure import Procedure, register_train_cmd
from nlp_architect_ext.settings.cross_view import TaggerKdCvtSettings
from nlp_architect_ext.settings.flags import add_flags
from nlp_architect_ext.settings.resolve import resolve


@register_train_cmd(
    name="tagger_kd_cvt",
    description="distil a teacher into a compact tagger and its views, on labelled and raw text",
)
class TrainTaggerKdCvt(Procedure):
    """Distillation and Cross-View Training in one loss."""

    @staticmethod
    def add_arguments(parser: ArgumentParser) -> None:
        """See `settings.cross_view.TaggerKdCvtSettings`."""
        add_flags(parser, TaggerKdCvtSettings)

    @staticmethod
    def run_procedure(args: Namespace) -> None:
        """Fine-tune the teacher if need be, label, train, score, and write the result folder."""
        settings = resolve(TaggerKdCvtSettings, args)
        from nlp_architect_ext.runs.methods import DISTILLED_CROSS_VIEW
        from nlp_architect_ext.runs.train_student import train_student

        train_student(DISTILLED_CROSS_VIEW, settings)
