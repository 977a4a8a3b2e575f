"""`nlp-train convert IN OUT`: labelled or raw text from one file format into another."""

from argparse import SUPPRESS, ArgumentParser, Namespace
from functools import partial
from pathlib import Path

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.progress import say
from nlp_architect_ext.procedure import Procedure, register_train_cmd
from nlp_architect_ext.settings.flags import add_flags
from nlp_architect_ext.settings.resolve import resolve
from nlp_architect_ext.settings.texts import ConversionSettings, ConvertSettings


@register_train_cmd(name="convert", description="convert data between file formats")
class Convert(Procedure):
    """Between annotation tools, datasets and column files."""

    @staticmethod
    def add_arguments(parser: ArgumentParser) -> None:
        """See `settings.texts.ConvertSettings`; the files may be given without their flags."""
        parser.usage = f"{parser.prog} IN OUT [flags]"
        add_flags(parser, ConvertSettings)
        for name in ("input_file", "output_file"):
            parser.add_argument(name, nargs="?", default=SUPPRESS, help=SUPPRESS)

    @staticmethod
    def run_procedure(args: Namespace) -> None:
        """Read, write, and say what couldn't be kept."""
        settings = resolve(ConvertSettings, args)
        from nlp_architect_ext.data.conversion import convert
        from nlp_architect_ext.data.formats.base import ReadOptions
        from nlp_architect_ext.data.formats.text import WordSplitter

        files, text = settings.files, settings.text
        _check(files)
        conversion = convert(
            Path(files.input_file),
            Path(files.output_file),
            read_as=files.data_format,
            write_as=files.output_format,
            options=ReadOptions(
                offsets=files.offsets,
                tag_col=files.tag_col,
                ignore_token=files.ignore_token,
                scheme=files.scheme,
            ),
            splitter=partial(WordSplitter, text.language, text.tokenizer),
            only=files.only,
        )
        for note in conversion.notes:
            say(note)
        say(f"{conversion}; written to {files.output_file}")


def _check(files: ConversionSettings) -> None:
    target = Path(files.output_file)
    if target.resolve() == Path(files.input_file).resolve():
        raise UserError(
            where=files.output_file,
            wrong="is the file that is read",
            expected="another file",
            remedy="choose another name",
        )
    if target.exists() and not files.overwrite:
        raise UserError(
            where=files.output_file,
            wrong="exists",
            expected="a new file",
            remedy="give --overwrite or another name",
        )
