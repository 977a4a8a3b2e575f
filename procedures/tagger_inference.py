"""`nlp-inference tagger`: tag raw text or columns with a trained student."""

from argparse import ArgumentParser, Namespace

from nlp_architect_ext.procedure import Procedure, register_inference_cmd
from nlp_architect_ext.settings.flags import add_flags
from nlp_architect_ext.settings.inference import TaggerInferenceSettings
from nlp_architect_ext.settings.resolve import resolve


@register_inference_cmd(name="tagger", description="tag raw text or columns with a trained tagger")
class RunTagger(Procedure):
    """Inference with a student."""

    @staticmethod
    def add_arguments(parser: ArgumentParser) -> None:
        """See `settings.inference.TaggerInferenceSettings`."""
        add_flags(parser, TaggerInferenceSettings)

    @staticmethod
    def run_procedure(args: Namespace) -> None:
        """Load the model or its export, and stream the file through it."""
        settings = resolve(TaggerInferenceSettings, args)
        from nlp_architect_ext.serving.workers import tag_with_workers

        tag_with_workers(settings)
