"""The page about other programs does what it shows, with a trained tagger in `out`."""

import re
import runpy
import shutil
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "integrations.md").read_text(encoding="utf-8")
EXAMPLE = ROOT / "examples" / "presidio"
TRAINED = Path(__file__).parent / "fixtures" / "v0_1" / "crf"


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder to work in."""
    shutil.copytree(TRAINED, tmp_path / "out")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_the_python_of_the_page_runs(place, capsys):
    names = {}
    printed = []
    for number, block in enumerate(blocks("python")):
        path = place / f"block_{number}.py"
        path.write_text(block, encoding="utf-8")
        names |= runpy.run_path(str(path), init_globals=names)
        printed.append(capsys.readouterr().out)
    entities, saved, found = printed
    rows = [line.split() for line in entities.splitlines()]
    assert [row[:-1] for row in rows] == [["Farah", "Aziz", "PER"], ["Oslo", "LOC"]]
    assert all(0 <= float(row[-1]) <= 1 for row in rows)
    assert saved == "['PER', 'LOC']\n"
    assert sorted(found.splitlines()) == ["LOCATION 20 24", "PERSON 0 10"]


def test_the_example_prints_what_the_page_shows(place, monkeypatch, capsys):
    (block,) = re.findall(
        r'^\$ python examples/presidio/mask.py "(.*)"\n(.*\n)', PAGE, re.MULTILINE
    )
    text, expected = block
    monkeypatch.setattr(sys, "argv", ["mask.py", text])
    runpy.run_path(str(EXAMPLE / "mask.py"), run_name="__main__")
    assert capsys.readouterr().out == expected


def test_the_entry_of_the_page_is_that_of_the_example():
    (block,) = blocks("yaml")
    (shown,) = yaml.safe_load(block)
    configuration = yaml.safe_load((EXAMPLE / "analyzer.yaml").read_text(encoding="utf-8"))
    (entry, *_) = configuration["recognizer_registry"]["recognizers"]
    assert {key: value for key, value in shown.items() if key != "entity_mapping"} == entry
