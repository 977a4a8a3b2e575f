"""The recognizer of Presidio, in Presidio itself: no model is downloaded."""

import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.nlp_engine import NoOpNlpEngine, SlimSpacyNlpEngine
from presidio_analyzer.recognizer_registry import RecognizerRegistryProvider
from test_tagger import new_tagger

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.hosts.presidio import NlpArchitectRecognizer, presidio_type
from nlp_architect_ext.serving.load import load

EXAMPLE = Path(__file__).parents[1] / "examples" / "presidio"
TEXT = "👩‍🚀 Farah Aziz flew e\u0301 from Lima to Rome\r\n\ttoday."
TRAINED = Path(__file__).parent / "fixtures" / "v0_1" / "crf" / "export"


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A trained tagger's export; tests only read it."""
    return shutil.copytree(TRAINED, tmp_path_factory.mktemp("model") / "out")


@pytest.fixture(scope="module")
def recognizer(model):
    return NlpArchitectRecognizer(str(model))


def no_engine():
    engine = NoOpNlpEngine([{"lang_code": "en", "model_name": "no_op"}])
    engine.load()
    return engine


def test_what_it_finds_is_what_the_tagger_finds(recognizer, model):
    expected = load(model)(TEXT)
    found = recognizer.analyze(TEXT, recognizer.get_supported_entities(), None)
    names = {"PER": "PERSON", "LOC": "LOCATION"}
    assert {one.entity_group for one in expected} == {"LOC", "PER"}
    assert [(one.entity_type, TEXT[one.start : one.end]) for one in found] == [
        (names[one.entity_group], one.word) for one in expected
    ]
    assert [one.score for one in found] == pytest.approx([one.score for one in expected])
    why = found[0].analysis_explanation
    assert (why.recognizer, why.original_score) == ("NlpArchitectRecognizer", found[0].score)
    assert str(model) in why.textual_explanation


def test_only_what_is_asked_for_is_given(recognizer):
    assert recognizer.get_supported_entities() == ["LOCATION", "PERSON"]
    for type_ in ("LOCATION", "PERSON"):
        found = recognizer.analyze(TEXT, [type_], None)
        assert {one.entity_type for one in found} == {type_}
    assert not recognizer.analyze(TEXT, ["PHONE_NUMBER"], None)
    assert len(recognizer.analyze(TEXT, [], None)) == len(load(recognizer._held.folder)(TEXT))
    assert recognizer.analyze("", [], None) == []


@pytest.mark.parametrize(
    ("type_", "expected"),
    [
        ("per", "PERSON"),
        ("person", "PERSON"),
        ("GPE", "LOCATION"),
        ("Org", "ORGANIZATION"),
        ("organization", "ORGANIZATION"),
        ("misc", "MISC"),
    ],
)
def test_types_have_presidios_names(type_, expected):
    assert presidio_type(type_) == expected


def test_a_mapping_of_the_users_comes_first(model):
    recognizer = NlpArchitectRecognizer(str(model), entity_mapping={"PER": "PATIENT"})
    assert recognizer.get_supported_entities() == ["LOCATION", "PATIENT"]
    same = NlpArchitectRecognizer.from_dict(recognizer.to_dict())
    assert same.to_dict() == recognizer.to_dict()
    assert recognizer.analyze(TEXT, ["PATIENT"], None)


def test_unsure_entities_are_left_out(model, recognizer):
    scores = sorted(one.score for one in recognizer.analyze(TEXT, [], None))
    sure = NlpArchitectRecognizer(str(model), threshold=scores[1])
    assert sorted(one.score for one in sure.analyze(TEXT, [], None)) == scores[1:]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"entity_mapping": {"PERSO": "X"}}, "no type 'PERSO'; expected one of LOC, PER"),
        ({"supported_entities": ["EMAIL"]}, "'EMAIL' isn't found; expected one of LOCATION, PERS"),
        ({"threshold": 2.0}, "threshold 2.0: isn't a score"),
        ({"engine": "jax"}, "engine 'jax'"),
    ],
)
def test_mistakes_are_told_in_one_line(model, wrong, message):
    with pytest.raises(UserError, match=message):
        NlpArchitectRecognizer(str(model), **wrong)


def test_a_tagger_of_single_words_is_refused(tmp_path):
    new_tagger(labels={"scheme": "plain", "names": ["NOUN", "X"]}, scheme="plain").save(tmp_path)
    with pytest.raises(UserError, match="tags single words; expected a tagger that finds"):
        NlpArchitectRecognizer(str(tmp_path))


def test_a_registry_in_yaml_takes_every_setting(model, tmp_path):
    entry = {
        "name": "Names",
        "class_name": "NlpArchitectRecognizer",
        "supported_languages": [{"language": "en", "context": ["dear"]}],
        "model": str(model),
        "entity_mapping": {"PER": "PATIENT"},
        "supported_entities": ["PATIENT"],
        "threshold": 0.1,
        "engine": "onnx",
        "threads": 2,
    }
    path = tmp_path / "registry.yaml"
    path.write_text(yaml.safe_dump({"supported_languages": ["en"], "recognizers": [entry]}))
    registry = RecognizerRegistryProvider(conf_file=path).create_recognizer_registry()
    (recognizer,) = [one for one in registry.recognizers if one.name == "Names"]
    settings = recognizer.to_dict()
    assert settings["supported_entities"] == ["PATIENT"]
    assert (settings["threshold"], settings["engine"], settings["threads"]) == (0.1, "onnx", 2)
    assert recognizer.context == ["dear"]
    del entry["model"]
    path.write_text(yaml.safe_dump({"supported_languages": ["en"], "recognizers": [entry]}))
    with pytest.raises(ValueError, match="Invalid recognizer registry configuration"):
        RecognizerRegistryProvider(conf_file=path)


def test_lemmas_of_a_blank_pipeline_do_no_harm(model):
    """With an engine that has tokens, Presidio looks for words of the context."""
    engine = SlimSpacyNlpEngine(supported_languages=["tlh"], generic_tokenizer="blank")
    engine.load()
    registry = RecognizerRegistry(supported_languages=["tlh"])
    registry.add_recognizer(NlpArchitectRecognizer(str(model), supported_language="tlh"))
    analyzer = AnalyzerEngine(registry, engine, supported_languages=["tlh"])
    found = analyzer.analyze(TEXT, language="tlh")
    assert {TEXT[one.start : one.end] for one in found} == {e.word for e in load(model)(TEXT)}


def test_decisions_can_be_read(model, recognizer):
    registry = RecognizerRegistry([recognizer], supported_languages=["en"])
    analyzer = AnalyzerEngine(registry, no_engine(), supported_languages=["en"])
    found = analyzer.analyze(TEXT, language="en", return_decision_process=True)
    assert all(one.analysis_explanation.textual_explanation for one in found)
    assert found[0].recognition_metadata["recognizer_name"] == "NlpArchitectRecognizer"


def test_the_example_masks_a_text(model, monkeypatch, capsys):
    """As its page says: from the folder in which `out/` lies."""
    monkeypatch.chdir(model.parent)
    text = f"{TEXT} Card 4012888888881881, from 10.0.0.1."
    monkeypatch.setattr(sys, "argv", ["mask.py", text])
    runpy.run_path(str(EXAMPLE / "mask.py"), run_name="__main__")
    printed = capsys.readouterr().out
    place = "from <LOCATION> to <LOCATION>\r\n\ttoday."
    assert printed == f"👩‍🚀 <PERSON> flew e\u0301 {place} Card <CREDIT_CARD>, from <IP_ADDRESS>.\n"
    monkeypatch.chdir(model)
    with pytest.raises(SystemExit, match="out: no such folder"):
        runpy.run_path(str(EXAMPLE / "mask.py"), run_name="__main__")


def test_without_presidio_one_line_says_what_to_install():
    code = "import sys; sys.modules['presidio_analyzer'] = None; import nlp_architect_ext.hosts."
    done = subprocess.run([sys.executable, "-c", f"{code}presidio"], capture_output=True, text=True)
    assert "pip install 'nlp-architect-ext[presidio]'" in done.stderr.splitlines()[-1]
