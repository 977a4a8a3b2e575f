"""The documents say what the program does: pages, links, commands and code are valid."""

import ast
import importlib
import importlib.util
import re
import runpy
import shlex
import shutil
import sys
from argparse import ArgumentParser
from pathlib import Path

import pytest
from test_tagger import SOFTMAX

from nlp_architect_ext.core import registry
from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.data.corpus import read_corpus
from nlp_architect_ext.settings.dead_flags import DEAD_FLAGS
from nlp_architect_ext.settings.fields import flags_of
from nlp_architect_ext.settings.resolve import resolve

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/**/*.md")])
NOT_SHELL = ("python", "json", "toml")
# of pip, mypy, ...
OTHER_PROGRAMS = {
    "--help",
    "--help-all",
    "--no-deps",
    "--version",
    "--extra-index-url",
    "--torch-backend",
    "--check",
    "--strict",
    "--model",  # examples/label_studio
    "--train_every",
    "--work",  # examples/prodigy too
}


def module(path):
    """A Python file outside of the packages, imported."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


script = module(ROOT / "docs" / "make_command_line.py")
r_drop = module(ROOT / "examples" / "third_party_procedure" / "r_drop_method.py")
redact = module(ROOT / "examples" / "third_party_procedure" / "redact_command.py")
EXAMPLES = {
    ("nlp-inference", "redact"): redact.Redact,
    ("nlp-train", "tagger_r_drop"): r_drop.TrainTaggerRDrop,
}  # commands of packages that aren't installed here


def shown(path):
    return str(path.relative_to(ROOT))


def blocks(text):
    """Language and content of every fenced block."""
    return [
        (match[1], match[2])
        for match in re.finditer(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    ]


def prose(text):
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


def commands(text):
    """The words of every command of ours in the fenced blocks that aren't code or data."""
    for language, block in blocks(text):
        if language in NOT_SHELL:
            continue
        for line in block.replace("\\\n", " ").splitlines():
            for part in line.split("|"):
                if re.match(r"(\$ )?nlp-(train|inference)\b", part.strip()):
                    yield shlex.split(part.strip().removeprefix("$ ").removesuffix(" &"))


def anchors(text):
    """The names under which the headings of a page can be linked."""
    headings = re.findall(r"^#+ (.+)$", prose(text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def procedure_of(program, name):
    return EXAMPLES.get((program, name)) or registry.load(script.PROGRAMS[program], name)


def options_of(procedure):
    parser = ArgumentParser(add_help=False)
    procedure.add_arguments(parser)
    return {flag for action in parser._actions for flag in action.option_strings}


BUILT_IN = script.built_in_commands()
ALL_FLAGS = {flag for command in BUILT_IN for flag in options_of(procedure_of(*command))}


def test_the_page_of_commands_is_up_to_date():
    assert script.PAGE.read_text(encoding="utf-8") == script.page(), (
        "run `python docs/make_command_line.py`"
    )


@pytest.mark.parametrize("command", BUILT_IN, ids=" ".join)
def test_the_page_describes_the_settings_that_the_command_has(command):
    settings = script.settings_of(*command)
    described = (
        {name for flag in flags_of(settings) for name in script.flags(flag)} if settings else set()
    )
    shared = {"--config", *(f"--{name}" for name in DEAD_FLAGS)} if settings else set()
    accepted = options_of(procedure_of(*command))
    assert described <= accepted
    assert {name for name in accepted if "labelled" not in name} <= described | shared


@pytest.mark.parametrize("path", PAGES, ids=shown)
def test_links_lead_somewhere(path):
    text = path.read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)\s]+)\)", prose(text)):
        if link.startswith(("http://", "https://")):
            continue
        name, _, anchor = link.partition("#")
        target = (path.parent / name) if name else path
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target.read_text(encoding="utf-8")), link


def complaint(program, arguments):
    """What the command has against these arguments; None if it takes them."""
    parser = ArgumentParser(prog=shlex.join([program, *arguments]), allow_abbrev=False)
    procedure_of(program, arguments[0]).add_arguments(parser)
    try:
        found = parser.parse_args(arguments[1:])
        settings = script.settings_of(program, arguments[0])
        if settings and "config" not in found:  # that file gives the rest
            resolve(settings, found)
    except SystemExit:
        return "not understood"  # standard error says why
    except UserError as error:
        return str(error)
    return None


@pytest.mark.parametrize("path", PAGES, ids=shown)
def test_commands_are_understood(path):
    for program, *arguments in commands(path.read_text(encoding="utf-8")):
        if arguments and arguments[0] != "--help" and arguments[1:] != ["--help"]:
            assert complaint(program, arguments) is None, arguments


@pytest.mark.parametrize(
    "arguments", [["tagger"], ["tagger", "--data_dri", "x"], ["tagger_cvt", "--view_w", "-1"]]
)
def test_a_command_that_is_wrong_would_be_seen(arguments):
    assert complaint("nlp-train", arguments)


@pytest.mark.parametrize("path", PAGES, ids=shown)
def test_flags_and_commands_that_are_mentioned_exist(path):
    text = prose(path.read_text(encoding="utf-8"))
    for code in re.findall(r"`([^`]+)`", text):
        assert set(re.findall(r"(?<![\w-])--[a-z][\w-]*", code)) <= ALL_FLAGS | OTHER_PROGRAMS, code
        for program, name in re.findall(r"\b(nlp-train|nlp-inference) ([a-z]\w+)", code):
            assert (program, name) in BUILT_IN | EXAMPLES, code


@pytest.mark.parametrize("path", PAGES, ids=shown)
def test_python_compiles(path):
    for language, block in blocks(path.read_text(encoding="utf-8")):
        if language == "python":
            assert ast.parse(block).body


NOT_ON_THE_SITE_S_LIST = ("docs/decisions/",)  # docs/index.md lists them


def test_the_site_lists_every_page():
    listed = re.findall(r": (\S+\.md)$", (ROOT / "mkdocs.yml").read_text(), re.MULTILINE)
    pages = {shown(path) for path in ROOT.glob("docs/**/*.md")}
    assert pages - set(listed) == {
        page for page in pages if page.startswith(NOT_ON_THE_SITE_S_LIST)
    }
    assert all((ROOT / page).exists() for page in listed)


def test_the_page_of_python_describes_what_exists():
    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    for name in re.findall(r"^::: (\S+)$", text, re.MULTILINE):
        place, _, thing = name.rpartition(".")
        assert hasattr(importlib.import_module(place), thing), name


FILES_OF = ("README.md", "docs/architecture.md", "docs/how-it-works.md")


@pytest.mark.parametrize("page", FILES_OF)
def test_files_of_the_code_that_are_named_exist(page):
    text = prose((ROOT / page).read_text(encoding="utf-8"))
    for name in re.findall(r"`([\w/]+(?:\.py|/))`", text):
        if "/" in name.rstrip("/") or name.endswith(".py"):
            places = [ROOT / name, ROOT / "nlp_architect_ext" / name]
            assert any(place.exists() for place in places), name


def test_flags_without_effect_are_listed():
    text = (ROOT / "docs" / "coming-from-nlp-architect.md").read_text(encoding="utf-8")
    section = text.split("## Flags accepted without effect")[1].split("\n## ")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if "|" in line]
    assert set(re.findall(r"--\w+", "\n".join(rows))) == {f"--{name}" for name in DEAD_FLAGS}


@pytest.mark.parametrize(
    "files",
    [
        {"train.txt": b"Anna\tB-PER\nlives\n"},
        {"train.txt": b"Anna\tB-PER\nlives\tNOUN\n"},
        {"train.txt": b"Anna\tO\n"},
        {"train.txt": b"Anna\tB-PER\n\xff\tO\n"},
        {"train.txt": b"Anna\tB-PER\n", "dev.txt": b"Oslo\tB-LOC\n"},
        {"train.txt": b"Anna\tB-PER\n", "unlabeled.txt": b"Anna\tO\n" * 3},
    ],
)
def test_the_errors_that_are_shown_are_those_of_the_program(files, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    for name, content in files.items():
        (tmp_path / "data" / name).write_bytes(content)
    with pytest.raises(UserError) as caught:
        read_corpus("data", unlabeled_filename="unlabeled.txt", tokenizer="whitespace")
    assert str(caught.value) in lines_of_errors()


def test_the_error_about_a_student_is_that_of_the_program():
    with pytest.raises(UserError) as caught:
        registry.load(registry.STUDENTS, "cnn-lstn")
    assert str(caught.value) in lines_of_errors()


def lines_of_errors():
    return (ROOT / "docs" / "formats.md").read_text(encoding="utf-8").splitlines()


def test_the_python_of_the_readme_runs(tmp_path, monkeypatch, data, encoder, capsys):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    code = next(block for language, block in blocks(text) if language == "python")
    small = "tokenizer='whitespace', epochs=2, min_epoch_steps=5, teacher_min_steps=5"
    code = code.replace('"bert-base-cased"', repr(str(encoder)))
    code = code.replace('output_dir="out"', f'output_dir="out", {small}')
    shutil.copytree(data, tmp_path / "data")
    (tmp_path / "readme.py").write_text(code, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert runpy.run_path("readme.py")["result"].metrics
    assert capsys.readouterr().out.startswith("[")


def test_the_python_example_runs(tmp_path, monkeypatch, capsys):
    example = str(ROOT / "examples" / "python_api.py")
    SOFTMAX.save(tmp_path / "model")
    monkeypatch.setattr(sys, "argv", [example, str(tmp_path / "model")])
    runpy.run_path(example, run_name="__main__")
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == "finds: LOC, PER"
    assert [line.split("\t")[0] for line in printed[-6:]] == [
        "Ada",
        "Lovelace",
        "moved",
        "to",
        "London",
        ".",
    ]
    monkeypatch.setattr(sys, "argv", [example, str(tmp_path / "absent")])
    with pytest.raises(SystemExit, match="absent: no such folder"):
        runpy.run_path(example, run_name="__main__")


def test_mistakes_in_documents_would_be_seen():
    text = (
        "```sh\ncat x | nlp-train tagger \\\n  --lr 1\n$ nlp-inference tagger -b 2\n```\n# A "
        "`b.c` d\n"
    )
    assert list(commands(text)) == [
        ["nlp-train", "tagger", "--lr", "1"],
        ["nlp-inference", "tagger", "-b", "2"],
    ]
    assert anchors(text) == {"a-bc-d"}
    with pytest.raises(UserError, match="no such name"):
        procedure_of("nlp-train", "tager")
