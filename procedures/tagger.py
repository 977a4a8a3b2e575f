"""`nlp-train tagger`: a student from labelled sentences alone."""

from argparse import ArgumentParser, Namespace

from nlp_architect_ext.procedure import Procedure, register_train_cmd
from nlp_architect_ext.settings.flags import add_flags
from nlp_architect_ext.settings.resolve import resolve
from nlp_architect_ext.settings.training import TaggerSettings


@register_train_cmd(name="tagger", description="train a compact tagger on labelled sentences")
class TrainTagger(Procedure):
    """The plain student: what distillation is compared with."""

    @staticmethod
    def add_arguments(parser: ArgumentParser) -> None:
        """See `settings.training.TaggerSettings`."""
        add_flags(parser, TaggerSettings)

    @staticmethod
    def run_procedure(args: Namespace) -> None:
        """Train, score, and write the result folder."""
        settings = resolve(TaggerSettings, args)
        from nlp_architect_ext.runs.methods import SUPERVISED
        from nlp_architect_ext.runs.train_student import train_student

        train_student(SUPERVISED, settings)
