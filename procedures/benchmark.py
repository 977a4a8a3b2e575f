"""`nlp-train benchmark`: how fast a tagger is, and how small, beside larger ones."""

from argparse import ArgumentParser, Namespace

from nlp_architect_ext.procedure import Procedure, register_train_cmd
from nlp_architect_ext.settings.deployment import BenchmarkSettings
from nlp_architect_ext.settings.flags import add_flags
from nlp_architect_ext.settings.resolve import resolve


@register_train_cmd(
    name="benchmark", description="time a trained tagger beside transformers and spaCy"
)
class Benchmark(Procedure):
    """The paper's Table 1, on the user's machine and sentences."""

    @staticmethod
    def add_arguments(parser: ArgumentParser) -> None:
        """See `settings.deployment.BenchmarkSettings`."""
        add_flags(parser, BenchmarkSettings)

    @staticmethod
    def run_procedure(args: Namespace) -> None:
        """Time, print and write."""
        settings = resolve(BenchmarkSettings, args)
        from nlp_architect_ext.benchmark.run import run_benchmark

        run_benchmark(settings)
