"""`nlp-inference monitor`: whether text has drifted from what a tagger was made for."""

from argparse import ArgumentParser, Namespace

from nlp_architect_ext.procedure import Procedure, register_inference_cmd
from nlp_architect_ext.settings.flags import add_flags
from nlp_architect_ext.settings.monitoring import MonitorSettings
from nlp_architect_ext.settings.resolve import resolve


@register_inference_cmd(
    name="monitor", description="see whether text has drifted, and estimate F1 without labels"
)
class Monitor(Procedure):
    """Text beside what a tagger was made for."""

    @staticmethod
    def add_arguments(parser: ArgumentParser) -> None:
        """See `settings.monitoring.MonitorSettings`."""
        add_flags(parser, MonitorSettings)

    @staticmethod
    def run_procedure(args: Namespace) -> None:
        """Tag the file, compare it with the reference, print what is found."""
        settings = resolve(MonitorSettings, args)
        from nlp_architect_ext.serving.monitor import monitor

        monitor(settings)
