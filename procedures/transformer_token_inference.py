"""`nlp-inference transformer_token`: tag raw text or columns with a fine-tuned transformer."""

from argparse import ArgumentParser, Namespace

from nlp_architect_ext.procedure import Procedure, register_inference_cmd
from nlp_architect_ext.settings.flags import add_flags
from nlp_architect_ext.settings.inference import TransformerInferenceSettings
from nlp_architect_ext.settings.resolve import resolve


@register_inference_cmd(
    name="transformer_token", description="tag raw text or columns with a fine-tuned transformer"
)
class RunTransformerToken(Procedure):
    """Inference with a teacher."""

    @staticmethod
    def add_arguments(parser: ArgumentParser) -> None:
        """See `settings.inference.TransformerInferenceSettings`."""
        add_flags(parser, TransformerInferenceSettings)

    @staticmethod
    def run_procedure(args: Namespace) -> None:
        """Load the transformer and stream the file through it."""
        settings = resolve(TransformerInferenceSettings, args)
        from nlp_architect_ext.layers import device as hardware
        from nlp_architect_ext.serving.files import tag_file
        from nlp_architect_ext.taggers.transformer import load_transformer_tagger

        device = hardware.prepare(settings.device, settings.no_cuda, settings.threads)
        tag_file(load_transformer_tagger(settings, device), settings)
