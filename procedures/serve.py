"""`nlp-inference serve`: tag texts over HTTP."""

from argparse import ArgumentParser, Namespace

from nlp_architect_ext.procedure import Procedure, register_inference_cmd
from nlp_architect_ext.settings.flags import add_flags
from nlp_architect_ext.settings.resolve import resolve
from nlp_architect_ext.settings.serving import ServeSettings


@register_inference_cmd(name="serve", description="tag texts over HTTP, with a trained tagger")
class Serve(Procedure):
    """The HTTP service."""

    @staticmethod
    def add_arguments(parser: ArgumentParser) -> None:
        """See `settings.serving.ServeSettings`."""
        add_flags(parser, ServeSettings)

    @staticmethod
    def run_procedure(args: Namespace) -> None:
        """Load the models and serve them until SIGTERM."""
        settings = resolve(ServeSettings, args)
        from nlp_architect_ext.serving.http.server import serve

        serve(settings)
