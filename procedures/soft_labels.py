"""`nlp-train soft_labels`: a teacher labels all texts once, for any number of students."""

from argparse import ArgumentParser, Namespace

from nlp_architect_ext.procedure import Procedure, register_train_cmd
from nlp_architect_ext.settings.flags import add_flags
from nlp_architect_ext.settings.resolve import resolve
from nlp_architect_ext.settings.texts import SoftLabelsSettings


@register_train_cmd(
    name="soft_labels", description="let a fine-tuned teacher label all texts, for students to come"
)
class SoftLabels(Procedure):
    """What `tagger_kd_pseudo --soft_labels_dir` finds and needn't compute."""

    @staticmethod
    def add_arguments(parser: ArgumentParser) -> None:
        """See `settings.texts.SoftLabelsSettings`."""
        add_flags(parser, SoftLabelsSettings)

    @staticmethod
    def run_procedure(args: Namespace) -> None:
        """Read the data, run the teacher over it, and store its answers."""
        settings = resolve(SoftLabelsSettings, args)
        from nlp_architect_ext.runs.label_texts import label_texts

        label_texts(settings)
