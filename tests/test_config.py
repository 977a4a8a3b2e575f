"""Settings: written once, given four ways."""

import json
from argparse import ArgumentParser
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.settings import fields as config
from nlp_architect_ext.settings.fields import add_flags, resolve, setting


@dataclass(frozen=True, kw_only=True)
class Settings:
    place: str = setting(help="where")
    count: int = setting(3, help="how many", flags=("-c",), minimum=1, maximum=9)
    rate: float = setting(0.5, help="how fast (100 %)")
    limit: int | None = setting(None, help="most")
    loud: bool = setting(False, help="loud")
    kind: str = setting("a", help="kind", choices=("a", "b"))
    names: tuple[str, ...] = setting((), help="names", flags=("--alias",))
    config: str | None = setting(None, help="file")
    recipe: str = setting("default", help="recipe", choices=("default", "fast"))


RECIPES = {"default": {}, "fast": {"rate": 2.0, "count": 7, "unknown_elsewhere": 1}}


def settings(*arguments):
    parser = ArgumentParser()
    add_flags(parser, Settings)
    return resolve(Settings, parser.parse_args(arguments), RECIPES)


def test_defaults_are_the_fields():
    assert settings("--place", "x") == Settings(place="x")


def test_the_later_the_stronger_default_recipe_file_flag(tmp_path):
    file = tmp_path / "run.json"
    file.write_text(json.dumps({"recipe": "fast", "count": 8, "place": "file", "names": ["n"]}))
    assert settings("--config", str(file)) == Settings(
        place="file", count=8, rate=2.0, names=("n",), config=str(file), recipe="fast"
    )
    assert settings("--config", str(file), "-c", "2").count == 2
    assert settings("--place", "x", "--recipe", "fast").count == 7


def test_aliases_and_repeatable_flags():
    assert settings("--place", "x", "--names", "a", "--alias", "b").names == ("a", "b")


def test_settings_round_trip_through_their_json(tmp_path):
    before = settings("--place", "ä", "--loud", "--limit", "4", "--names", "n")
    (tmp_path / "run.json").write_text(json.dumps(config.to_json(before)), encoding="utf-8")
    after = settings("--config", str(tmp_path / "run.json"))
    assert {**config.to_json(after), "config": None} == config.to_json(before)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "--place: missing"),
        (["--place", "x", "--count", "0"], "--count: 0; expected at least 1"),
        (["--place", "x", "--count", "10"], "--count: 10; expected at most 9"),
        (["--place", "x", "--rate", "nan", "--count", "10"], "at most 9"),
        (["--place", "x", "--config", "absent.json"], "absent.json: can't be read"),
    ],
)
def test_what_a_flag_may_not_be(arguments, complaint):
    with pytest.raises(UserError, match=complaint):
        settings(*arguments)


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ('{"plase": "x"}', "unknown setting 'plase'; expected some of: config, count"),
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
    assert (found.rate, found.count) == (rate, count)


def test_help_shows_every_flag_its_default_and_percent_signs(capsys):
    parser = ArgumentParser()
    add_flags(parser, Settings)
    with pytest.raises(SystemExit):
        parser.parse_args(["--help"])
    text = " ".join(capsys.readouterr().out.split())
    assert "where (required)" in text
    assert "how fast (100 %) (default: 0.5)" in text
    assert "--names VALUE" in text
