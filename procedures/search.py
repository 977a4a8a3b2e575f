"""`nlp-train search`: find the best small tagger for each budget of time."""

from argparse import ArgumentParser, Namespace

from nlp_architect_ext.procedure import Procedure, register_train_cmd
from nlp_architect_ext.settings.flags import add_flags
from nlp_architect_ext.settings.resolve import resolve
from nlp_architect_ext.settings.search import TaggerSearchSettings


@register_train_cmd(
    name="search",
    description="find the best small tagger for each budget of time, measured on this machine",
)
class Search(Procedure):
    """A search in the style of NAS-BERT (Xu et al., 2021), at the scale of taggers."""

    @staticmethod
    def add_arguments(parser: ArgumentParser) -> None:
        """See `settings.search.TaggerSearchSettings`."""
        add_flags(parser, TaggerSearchSettings)

    @staticmethod
    def run_procedure(args: Namespace) -> None:
        """Measure, train the supernet, choose, train the chosen alone, and write their folders."""
        settings = resolve(TaggerSearchSettings, args)
        from nlp_architect_ext.runs.tagger_search import search_taggers

        search_taggers(settings)
