"""Settings: written once, given four ways."""

import json
import re
from argparse import ArgumentParser
from dataclasses import dataclass
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp_architect_ext import cli
from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.progress import show_on_terminal
from nlp_architect_ext.settings.dead_flags import DEAD_FLAGS
from nlp_architect_ext.settings.fields import flags_of, group, setting, to_json
from nlp_architect_ext.settings.flags import add_flags
from nlp_architect_ext.settings.resolve import from_file, resolve
from nlp_architect_ext.settings.training import (
    TaggerKdPseudoSettings,
    TaggerSettings,
    TransformerTokenSettings,
)


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where it is."""

    place: str = setting(help="where", common=True)
    names: tuple[str, ...] = setting((), help="names", flags=("--alias",))


@dataclass(frozen=True, kw_only=True)
class Speed:
    """How fast it is."""

    rate: float = setting(0.5, help="how fast (100 %)")
    limit: int | None = setting(None, help="most")
    unlabeled_share: float = setting(0.0, help="share", prefixed=False)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Settings of a command: two groups, one of them twice, and fields of its own."""

    recipes: ClassVar[dict[str, dict[str, object]]] = {
        "default": {},
        "fast": {"rate": 2.0, "count": 7, "unknown_elsewhere": 1},
    }

    where: Place = group(Place)
    own: Speed = group(Speed, limit=3)
    count: int = setting(3, help="how many", flags=("-c",), minimum=1, maximum=9)
    loud: bool = setting(False, help="loud")
    kind: str = setting("a", help="kind", choices=("a", "b"))
    recipe: str = setting("default", help="recipe", choices=("default", "fast"))


def settings(*arguments):
    parser = ArgumentParser()
    add_flags(parser, Settings)
    return resolve(Settings, parser.parse_args(arguments))


def test_defaults_are_the_fields():
    found = settings("--place", "x")
    assert found == Settings(where=Place(place="x"))
    assert found.own.limit == 3


def test_the_later_the_stronger_default_recipe_file_flag(tmp_path):
    file = tmp_path / "run.json"
    file.write_text(json.dumps({"recipe": "fast", "count": 8, "place": "file", "names": ["n"]}))
    assert settings("--config", str(file)) == Settings(
        where=Place(place="file", names=("n",)),
        own=Speed(rate=2.0, limit=3),
        count=8,
        recipe="fast",
    )
    assert settings("--config", str(file), "-c", "2").count == 2
    assert settings("--place", "x", "--recipe", "fast").count == 7


def test_aliases_and_repeatable_flags():
    assert settings("--place", "x", "--names", "a", "--alias", "b").where.names == ("a", "b")


def test_labeled_may_be_written_labelled(tmp_path):
    assert settings("--place", "x", "--unlabelled_share", "0.5").own.unlabeled_share == 0.5
    (tmp_path / "run.json").write_text('{"place": "x", "unlabelled_share": 0.25, "alias": ["n"]}')
    assert from_file(Settings, tmp_path / "run.json") == {
        "place": "x",
        "unlabeled_share": 0.25,
        "names": ["n"],
    }


def test_settings_round_trip_through_their_json(tmp_path):
    before = settings("--place", "ä", "--loud", "--limit", "4", "--names", "n")
    (tmp_path / "run.json").write_text(json.dumps(to_json(before)), encoding="utf-8")
    assert settings("--config", str(tmp_path / "run.json")) == before


def test_a_prefix_is_put_before_the_names_of_a_group():
    names = {flag.name for flag in flags_of(TaggerKdPseudoSettings)}
    assert {"epochs", "teacher_epochs", "teacher_max_seq_len", "precision"} <= names
    assert not {"max_seq_len", "teacher_precision", "learning_rate"} & names


def test_two_settings_of_one_name_are_refused():
    @dataclass(frozen=True, kw_only=True)
    class Double:
        one: Place = group(Place)
        place: str = setting("here", help="where")

    with pytest.raises(TypeError, match="two settings of one name: place"):
        flags_of(Double)


def test_flags_without_effect_are_accepted_and_named(capsys):
    parser = ArgumentParser()
    add_flags(parser, TransformerTokenSettings)
    arguments = ["--data_dir", "d", "--output_dir", "o", "--teacher", "t"]
    arguments += ["--evaluate_during_training", "--cache_dir", "x", "--model_type=bert"]
    with show_on_terminal():
        resolve(TransformerTokenSettings, parser.parse_args(arguments))
    said = capsys.readouterr().err.splitlines()
    assert said == [
        f"--{name} has no effect: {DEAD_FLAGS[name]}"
        for name in ("evaluate_during_training", "cache_dir", "model_type")
    ]


def test_a_file_of_settings_of_version_0_1_is_read(tmp_path):
    written = {"teacher_model_type": None, "parallel_batching": False, "config": None, "epochs": 3}
    (tmp_path / "run.json").write_text(json.dumps(written))
    assert from_file(TaggerKdPseudoSettings, tmp_path / "run.json") == {"epochs": 3}
    (tmp_path / "run.json").write_text('{"num_train_epochs": 4, "per_gpu_train_batch_size": 2}')
    found = from_file(TransformerTokenSettings, tmp_path / "run.json")
    assert found == {"epochs": 4, "batch_size": 2}


@pytest.mark.parametrize("command", ["tagger", "tagger_kd_pseudo", "tagger_cvt"])
def test_help_shows_what_people_use_and_help_all_the_rest(command, capsys):
    shown = {}
    for flag in ("--help", "--help-all"):
        with pytest.raises(SystemExit):
            cli.train([command, flag])
        shown[flag] = set(re.findall(r"^ +(?:-\w \w+, )?(--[\w-]+)", capsys.readouterr().out, re.M))
    assert len(shown["--help"]) <= 20
    assert {"--data_dir", "--output_dir", "--epochs", "--no_use_crf"} <= shown["--help"]
    everything = {f"--{flag.name}" for flag in flags_of(TaggerSettings)}
    assert everything | shown["--help"] <= shown["--help-all"]


def test_all_that_is_missing_is_said_at_once(capsys):
    assert cli.train(["tagger_kd"]) == 2
    assert capsys.readouterr().err.startswith("--teacher, --data_dir, --output_dir: missing; ")


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["tagger_kd_psuedo"], "did you mean 'tagger_kd_pseudo'?"),
        (["tagger", "--data_dri", "x"], "did you mean '--data_dir'?"),
        (["tagger", "--data_dri=x"], "did you mean '--data_dir'?"),
    ],
)
def test_what_is_mistyped_is_answered_with_what_was_meant(arguments, hint, capsys):
    try:
        code = cli.train(arguments)
    except SystemExit as ended:
        code = ended.code
    assert code == 2
    assert hint in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "--place: missing"),
        (["--place", "x", "--count", "0"], "--count: 0; expected at least 1"),
        (["--place", "x", "--count", "10"], "--count: 10; expected at most 9"),
        (["--place", "x", "--rate", "nan"], "--rate: nan; expected a finite number"),
        (["--place", "x", "--config", "absent.json"], "absent.json: can't be read"),
    ],
)
def test_what_a_flag_may_not_be(arguments, complaint):
    with pytest.raises(UserError, match=complaint):
        settings(*arguments)


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        (
            '{"plase": "x"}',
            "unknown setting 'plase'; expected some of: count, kind, .*did you mean 'place'",
        ),
        ('{"place": 3}', "place: 3; expected a value of type str"),
        ('{"place": "x", "count": true}', "count: True; expected a value of type int"),
        ('{"place": "x", "kind": "c"}', "kind: 'c'; expected one of: a, b"),
        ('{"place": "x", "names": "n"}', "names: 'n'; expected a value of type tuple"),
        ('{"place": "x", "count": null}', "count: None; expected a value of type int"),
        ('{"place": "x"', "run.json:1: "),
        ("[]", r"holds a list; expected a JSON object \{...\}"),
        (b"\xff\xfe", "isn't UTF-8"),
    ],
)
def test_what_a_file_may_not_say(tmp_path, written, complaint):
    file = tmp_path / "run.json"
    file.write_bytes(written if isinstance(written, bytes) else written.encode())
    with pytest.raises(UserError, match=complaint):
        settings("--config", str(file))


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(1, 9))
def test_numbers_survive_the_command_line(rate, count):
    found = settings("--place", "x", f"--rate={rate!r}", "--count", str(count))
    assert (found.own.rate, found.count) == (rate, count)


def test_help_shows_every_flag_its_default_and_percent_signs(capsys):
    parser = ArgumentParser()
    add_flags(parser, Settings)
    with pytest.raises(SystemExit):
        parser.parse_args(["--help"])
    text = " ".join(capsys.readouterr().out.split())
    assert "where (required)" in text
    assert "how fast (100 %) (default: 0.5)" in text
    assert "--names VALUE" in text
