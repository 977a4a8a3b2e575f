"""`nlp-train students`: which students are installed, and their own arguments."""

import inspect
from argparse import ArgumentParser, Namespace

from nlp_architect_ext.core import registry
from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.standard_output import standard_output
from nlp_architect_ext.procedure import Procedure, register_train_cmd

GIVEN = {"self", "word_count", "character_count", "label_count"}  # by vocabulary and labels


@register_train_cmd(name="students", description="list the installed students and their arguments")
class Students(Procedure):
    """Names for `--model_type`, arguments for `--config_file`."""

    @staticmethod
    def add_arguments(parser: ArgumentParser) -> None:
        """No flags."""

    @staticmethod
    def run_procedure(args: Namespace) -> None:
        """Print one student a paragraph; a broken plugin is one line."""
        output = standard_output()
        for name in registry.names(registry.STUDENTS):
            try:
                output.write(f"{_described(name)}\n")
            except UserError as error:
                output.write(f"{name}: (broken: {error})\n")


def _described(name: str) -> str:
    student = registry.load(registry.STUDENTS, name)
    first_line = (inspect.getdoc(student) or "").split("\n", 1)[0]
    parameters = inspect.signature(student).parameters.values()
    arguments = [f"    {p.name} = {p.default!r}" for p in parameters if p.name not in GIVEN]
    return "\n".join([f"{name}: {first_line}", *arguments])
