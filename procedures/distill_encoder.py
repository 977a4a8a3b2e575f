"""`nlp-train distill_encoder`: a smaller encoder from raw text, before any task is known."""

from argparse import ArgumentParser, Namespace

from nlp_architect_ext.procedure import Procedure, register_train_cmd
from nlp_architect_ext.settings.encoder import DistillEncoderSettings
from nlp_architect_ext.settings.flags import add_flags
from nlp_architect_ext.settings.resolve import resolve


@register_train_cmd(
    name="distill_encoder", description="make a smaller encoder out of a large one, from raw text"
)
class DistillEncoder(Procedure):
    """Extraction and distillation of encoders; recipes do what ETD, TinyBERT, MiniLM, ... do."""

    @staticmethod
    def add_arguments(parser: ArgumentParser) -> None:
        """See `settings.encoder.DistillEncoderSettings`."""
        add_flags(parser, DistillEncoderSettings)

    @staticmethod
    def run_procedure(args: Namespace) -> None:
        """Store the teacher's states, start the student, distil it, and write its folder."""
        settings = resolve(DistillEncoderSettings, args)
        from nlp_architect_ext.runs.distill_encoder import distill_encoder

        distill_encoder(settings)
