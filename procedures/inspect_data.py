"""`nlp-train inspect DATA`: what is in labelled data, and what looks wrong."""

from argparse import SUPPRESS, ArgumentParser, Namespace

from nlp_architect_ext.procedure import Procedure, register_train_cmd
from nlp_architect_ext.settings.flags import add_flags
from nlp_architect_ext.settings.resolve import resolve
from nlp_architect_ext.settings.texts import InspectSettings


@register_train_cmd(name="inspect", description="show what is in data and what looks wrong")
class InspectData(Procedure):
    """A look at data before training."""

    @staticmethod
    def add_arguments(parser: ArgumentParser) -> None:
        """See `settings.texts.InspectSettings`; the folder or file may be given without a flag."""
        parser.usage = f"{parser.prog} DATA [flags]"
        add_flags(parser, InspectSettings)
        parser.add_argument("data_dir", nargs="?", default=SUPPRESS, help=SUPPRESS)

    @staticmethod
    def run_procedure(args: Namespace) -> None:
        """Read the data, print, draw."""
        settings = resolve(InspectSettings, args)
        from nlp_architect_ext.runs.inspect_data import inspect_data

        inspect_data(settings)
