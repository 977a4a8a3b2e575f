"""`nlp-train pull`: a tagger of the Hugging Face hub as a folder."""

from argparse import ArgumentParser, Namespace

from nlp_architect_ext.procedure import Procedure, register_train_cmd
from nlp_architect_ext.settings.flags import add_flags
from nlp_architect_ext.settings.hub import PullSettings
from nlp_architect_ext.settings.resolve import resolve


@register_train_cmd(name="pull", description="write a tagger of the Hugging Face hub to a folder")
class Pull(Procedure):
    """What others trained."""

    @staticmethod
    def add_arguments(parser: ArgumentParser) -> None:
        """See `settings.hub.PullSettings`."""
        add_flags(parser, PullSettings)

    @staticmethod
    def run_procedure(args: Namespace) -> None:
        """Download its files, check them, write them."""
        settings = resolve(PullSettings, args)
        from nlp_architect_ext.serving.hub import pull_folder

        pull_folder(settings)
