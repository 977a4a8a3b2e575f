"""`nlp-train transformer_token`: fine-tune a transformer, which can teach students later."""

from argparse import ArgumentParser, Namespace

from nlp_architect_ext.procedure import Procedure, register_train_cmd
from nlp_architect_ext.settings.flags import add_flags
from nlp_architect_ext.settings.resolve import resolve
from nlp_architect_ext.settings.training import TransformerTokenSettings


@register_train_cmd(name="transformer_token", description="fine-tune a transformer to tag")
class TrainTransformerToken(Procedure):
    """A teacher by itself."""

    @staticmethod
    def add_arguments(parser: ArgumentParser) -> None:
        """See `settings.training.TransformerTokenSettings`."""
        add_flags(parser, TransformerTokenSettings)

    @staticmethod
    def run_procedure(args: Namespace) -> None:
        """Fine-tune, score, and write a Hugging Face folder."""
        settings = resolve(TransformerTokenSettings, args)
        from nlp_architect_ext.runs.fine_tune import train_transformer

        train_transformer(settings)
