"""`nlp-train tagger_kd`: a student that learns from a teacher on labelled sentences."""

from argparse import ArgumentParser, Namespace

from nlp_architect_ext.procedure import Procedure, register_train_cmd
from nlp_architect_ext.settings.flags import add_flags
from nlp_architect_ext.settings.resolve import resolve
from nlp_architect_ext.settings.training import TaggerKdSettings


@register_train_cmd(
    name="tagger_kd", description="distil a teacher into a compact tagger, on labelled sentences"
)
class TrainTaggerKd(Procedure):
    """Distillation without unlabelled text."""

    @staticmethod
    def add_arguments(parser: ArgumentParser) -> None:
        """See `settings.training.TaggerKdSettings`."""
        add_flags(parser, TaggerKdSettings)

    @staticmethod
    def run_procedure(args: Namespace) -> None:
        """Fine-tune the teacher if need be, label, train, score, and write the result folder."""
        settings = resolve(TaggerKdSettings, args)
        from nlp_architect_ext.runs.methods import DISTILLATION
        from nlp_architect_ext.runs.train_student import train_student

        train_student(DISTILLATION, settings)
