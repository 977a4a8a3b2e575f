"""`nlp-train import_nlp_architect`: a model of NLP Architect as a tagger of ours."""

from argparse import ArgumentParser, Namespace

from nlp_architect_ext.procedure import Procedure, register_train_cmd
from nlp_architect_ext.settings.deployment import ImportSettings
from nlp_architect_ext.settings.flags import add_flags
from nlp_architect_ext.settings.resolve import resolve


@register_train_cmd(
    name="import_nlp_architect", description="make a tagger of a model of NLP Architect 0.5"
)
class ImportNlpArchitect(Procedure):
    """What was trained before isn't lost."""

    @staticmethod
    def add_arguments(parser: ArgumentParser) -> None:
        """See `settings.deployment.ImportSettings`."""
        add_flags(parser, ImportSettings)

    @staticmethod
    def run_procedure(args: Namespace) -> None:
        """Read the two files of data and write a folder that every command takes."""
        settings = resolve(ImportSettings, args)
        from nlp_architect_ext.runs.import_old_model import import_old_model

        import_old_model(settings)
