"""`nlp-train push`: a trained tagger to the Hugging Face hub."""

from argparse import ArgumentParser, Namespace

from nlp_architect_ext.procedure import Procedure, register_train_cmd
from nlp_architect_ext.settings.flags import add_flags
from nlp_architect_ext.settings.hub import PushSettings
from nlp_architect_ext.settings.resolve import resolve


@register_train_cmd(name="push", description="put a trained tagger on the Hugging Face hub")
class Push(Procedure):
    """What others may use."""

    @staticmethod
    def add_arguments(parser: ArgumentParser) -> None:
        """See `settings.hub.PushSettings`."""
        add_flags(parser, PushSettings)

    @staticmethod
    def run_procedure(args: Namespace) -> None:
        """Upload model, export and card in one commit."""
        settings = resolve(PushSettings, args)
        from nlp_architect_ext.serving.hub import push_folder

        push_folder(settings)
