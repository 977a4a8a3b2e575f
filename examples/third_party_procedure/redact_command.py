"""`nlp-inference redact`: a command in a package of its own that hides entities in a text."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterable
from pathlib import Path

from nlp_architect_ext.core.sentence import Entity
from nlp_architect_ext.procedure import Procedure, register_inference_cmd


@register_inference_cmd(
    name="redact", description="print a text with its entities replaced by their types"
)
class Redact(Procedure):
    """Makes `[PER] met [PER] in [LOC].` of `Ada met Grace in London.`."""

    @staticmethod
    def add_arguments(parser: ArgumentParser) -> None:
        """The trained tagger and the text."""
        parser.add_argument(
            "--model_dir", required=True, type=Path, help="folder that nlp-train wrote"
        )
        parser.add_argument(
            "--data_file",
            required=True,
            type=Path,
            help="raw text, one sentence or paragraph a line",
        )

    @staticmethod
    def run_procedure(args: Namespace) -> None:
        """Read, tag and print line by line."""
        # Imported here: `nlp-inference --help` then doesn't wait for it.
        from nlp_architect_ext.core.files import lines
        from nlp_architect_ext.serving.load import load

        tagger = load(args.model_dir)
        for _, line in lines(args.data_file):
            print(redacted(line, tagger(line)))


def redacted(text: str, entities: Iterable[Entity]) -> str:
    """The text with each entity replaced by its type in brackets."""
    # The last one first, so that the offsets of the others stay true.
    for entity in sorted(entities, key=lambda entity: entity.start, reverse=True):
        text = f"{text[: entity.start]}[{entity.entity_group}]{text[entity.end :]}"
    return text
