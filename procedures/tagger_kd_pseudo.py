"""`nlp-train tagger_kd_pseudo`: learn from a teacher on labelled and unlabelled sentences."""

from argparse import ArgumentParser, Namespace

from nlp_architect_ext.procedure import Procedure, register_train_cmd
from nlp_architect_ext.settings.flags import add_flags
from nlp_architect_ext.settings.resolve import resolve
from nlp_architect_ext.settings.training import TaggerKdPseudoSettings


@register_train_cmd(
    name="tagger_kd_pseudo",
    description="distil a teacher into a compact tagger, on labelled and raw text (the main job)",
)
class TrainTaggerKdPseudo(Procedure):
    """Distillation with pseudo-labels: the method of Izsak, Guskin and Wasserblat (2019)."""

    @staticmethod
    def add_arguments(parser: ArgumentParser) -> None:
        """See `settings.training.TaggerKdPseudoSettings`."""
        add_flags(parser, TaggerKdPseudoSettings)

    @staticmethod
    def run_procedure(args: Namespace) -> None:
        """Fine-tune the teacher if need be, label, train, score, and write the result folder."""
        settings = resolve(TaggerKdPseudoSettings, args)
        from nlp_architect_ext.runs.methods import PSEUDO_LABELS
        from nlp_architect_ext.runs.train_student import train_student

        train_student(PSEUDO_LABELS, settings)
