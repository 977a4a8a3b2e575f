"""`nlp-train export`: a trained tagger for production, without torch."""

from argparse import ArgumentParser, Namespace

from nlp_architect_ext.procedure import Procedure, register_train_cmd
from nlp_architect_ext.settings.deployment import ExportSettings
from nlp_architect_ext.settings.flags import add_flags
from nlp_architect_ext.settings.resolve import resolve


@register_train_cmd(
    name="export", description="make a trained tagger a small folder that runs without torch"
)
class Export(Procedure):
    """What is deployed."""

    @staticmethod
    def add_arguments(parser: ArgumentParser) -> None:
        """See `settings.deployment.ExportSettings`."""
        add_flags(parser, ExportSettings)

    @staticmethod
    def run_procedure(args: Namespace) -> None:
        """Write the folder and check it against the original."""
        settings = resolve(ExportSettings, args)
        from nlp_architect_ext.runs.export_tagger import export_tagger

        export_tagger(settings)
