"""The component of spaCy: entities, tags and scores in docs, wherever a pipeline goes."""

import json
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
import spacy
from engines import FASTEST
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy import displacy
from spacy.tokens import Doc, DocBin, Span
from spacy.training import Example
from strategies import texts
from test_tagger import SOFTMAX, WORDS, new_tagger

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.runs.export_tagger import export_tagger
from nlp_architect_ext.serving.load import load
from nlp_architect_ext.settings.deployment import ExportSettings

NAME = "nlp_architect_tagger"
TEXT = "Anna met Bo in Oslo today ."
TEXTS = [TEXT, "", " \n", "Bo met\r\n\r\nAnna\tin Oslo", "Éa 👩‍🚀 e\u0301 met Bo"] * 5


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A tagger's folder with an export in it; tests only read it."""
    folder = tmp_path_factory.mktemp("model")
    SOFTMAX.save(folder)
    export_tagger(ExportSettings(model_dir=str(folder), precision="fp32", force=True))
    return folder


@pytest.fixture(scope="module")
def export(model):
    return model / "export"


def pipeline(model, **config):
    nlp = spacy.blank("en")
    nlp.add_pipe(NAME, config={"model": str(model), **config})
    return nlp


@pytest.fixture(scope="module")
def open_pipeline(export):
    return pipeline(export)


def scores(doc):
    return [entity._.score for entity in doc.ents]


def found(doc):
    """What is in a doc, exactly but for the scores' last bits."""
    return [(e.start, e.end, e.label_, round(e._.score, 3)) for e in doc.ents]


def places(doc):
    return [one[:3] for one in found(doc)]


def test_entities_and_scores_are_the_taggers(export):
    tagger, doc = load(export), pipeline(export)(TEXT)
    expected = tagger(TEXT)
    assert len(expected) > 1
    assert [(e.label_, e.text, e.start_char, e.end_char) for e in doc.ents] == [
        (e.entity_group, e.word, e.start, e.end) for e in expected
    ]
    assert scores(doc) == pytest.approx([e.score for e in expected], abs=1e-5)


@settings(max_examples=12)
@given(text=texts())
def test_tokens_of_any_text_are_taken_as_words(open_pipeline, text):
    doc = open_pipeline(text)
    tokens = [token for token in doc if not token.is_space]
    tagger = open_pipeline.get_pipe(NAME).tagger
    (prediction,) = tagger.predict_labels([Sentence(tuple(token.text for token in tokens))])
    assert [token.ent_type_ for token in tokens] == [
        label.partition("-")[2] for label in prediction.labels
    ]
    assert doc.text == text
    for span in doc.ents:
        assert not span[0].is_space
        assert not span[-1].is_space


@settings(max_examples=12)
@given(words=st.lists(st.sampled_from([*WORDS, " ", "\n\n", "New York", "\u200b"]), max_size=30))
def test_any_tokenisation_is_kept(open_pipeline, words):
    doc = open_pipeline(Doc(open_pipeline.vocab, words=words))
    assert [token.text for token in doc] == words
    assert all(0 <= score <= 1.00001 for score in scores(doc))


def test_blank_tokens_lie_within_an_entity_never_at_its_ends(export):
    always = new_tagger(outside_bias=-100.0)
    nlp = spacy.blank("en")
    nlp.add_pipe(NAME, config={"model": str(export)})
    component = nlp.get_pipe(NAME)
    component._held._opened = os.getpid(), always
    doc = nlp("\n Anna  met\n\nBo ")
    spaces = [token.i for token in doc if token.is_space]
    assert spaces[0] == 0
    assert {token.i for token in doc if not token.is_space} == {
        token.i for span in doc.ents for token in span if not token.is_space
    }
    assert all(not span[0].is_space and not span[-1].is_space for span in doc.ents)


def test_pipe_gives_what_single_calls_give(model):
    nlp = pipeline(model)
    alone = [nlp(text) for text in TEXTS]
    for size in (1, 3, 1000):
        for one, other in zip(alone, nlp.pipe(TEXTS, batch_size=size), strict=True):
            assert found(other) == found(one)
    pairs = list(nlp.pipe([(TEXT, 7)], as_tuples=True))
    assert [(found(doc), context) for doc, context in pairs] == [(found(nlp(TEXT)), 7)]


TWO_PROCESSES = """
import json, sys
import spacy

def found(doc):
    return [(e.start, e.end, e.label_, round(e._.score, 3)) for e in doc.ents]

model, engine, texts = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
nlp = spacy.blank("en")
nlp.add_pipe("nlp_architect_tagger", config={"model": model, "engine": engine, "threads": 2})
alone = [nlp(text) for text in texts]
together = list(nlp.pipe(texts, n_process=2, batch_size=4))
assert nlp.get_pipe("nlp_architect_tagger").tagger.engine == engine
assert [doc.text for doc in together] == texts
assert [found(doc) for doc in together] == [found(doc) for doc in alone]
assert any(found(doc) for doc in together)
nlp.add_pipe("merge_entities")
merged = list(nlp.pipe(texts, n_process=2))
assert [found(doc) for doc in merged] == [found(nlp(text)) for text in texts]
"""


@pytest.mark.parametrize("engine", sorted({FASTEST, "onnx", "torch"}))
def test_two_processes_give_what_one_gives(model, engine):
    """The tagger is open, with threads, before they start.

    In a program of its own: this one has threads of other tests, whose locks a copy would inherit.
    """
    command = [sys.executable, "-c", TWO_PROCESSES, model, engine, json.dumps(TEXTS)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


def test_a_saved_pipeline_needs_no_other_folder(model, tmp_path):
    shutil.copytree(model, tmp_path / "model")
    nlp = pipeline(tmp_path / "model", threshold=0.2)
    expected = found(nlp(TEXT))
    nlp.to_disk(tmp_path / "pipeline")
    as_bytes, config = nlp.to_bytes(), nlp.config
    shutil.rmtree(tmp_path / "model")
    loaded = spacy.load(tmp_path / "pipeline")
    assert found(loaded(TEXT)) == expected
    assert loaded.pipe_labels[NAME] == ["LOC", "PER"]
    assert load(tmp_path / "pipeline" / NAME).engine == FASTEST
    again = spacy.util.load_model_from_config(config)
    again.from_bytes(as_bytes)
    assert found(again(TEXT)) == expected
    loaded.to_disk(tmp_path / "pipeline")  # onto itself
    assert found(spacy.load(tmp_path / "pipeline")(TEXT)) == expected


def test_what_was_saved_comes_before_the_folder_that_is_named(model, tmp_path):
    shutil.copytree(model, tmp_path / "model")
    nlp = pipeline(tmp_path / "model")
    expected = found(nlp(TEXT))
    nlp.to_disk(tmp_path / "pipeline")
    (tmp_path / "model" / "MANIFEST.json").write_text("no more a model")
    assert found(spacy.load(tmp_path / "pipeline")(TEXT)) == expected


def test_saving_replaces_a_tagger_of_another_kind(model, tmp_path):
    for engine in (FASTEST, "torch", FASTEST):
        nlp = pipeline(model, engine=engine)
        nlp.to_disk(tmp_path)
        assert load(tmp_path / NAME).engine == engine
        assert found(spacy.load(tmp_path)(TEXT)) == found(nlp(TEXT))


def test_a_damaged_copy_is_refused(model, tmp_path):
    pipeline(model).to_disk(tmp_path)
    path = tmp_path / NAME / "sentences.onnx"
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(UserError, match="isn't the file that MANIFEST"):
        spacy.load(tmp_path)


def test_bytes_name_no_files_outside(model, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    component = pipeline(model).get_pipe(NAME)
    component._held.take({**component._held.contents, "../../escaped": b"x"})
    assert set(component._held.contents) <= {path.name for path in (model / "export").iterdir()}


def test_the_config_goes_round(model):
    nlp = pipeline(model, threshold=0.25, overwrite=True, score_attribute=None)
    text = nlp.config.to_str()
    again = spacy.util.load_model_from_config(spacy.Config().from_str(text), auto_fill=False)
    assert again.config["components"] == nlp.config["components"]
    assert again.config["components"][NAME]["threshold"] == 0.25
    assert [e.text for e in again(TEXT).ents] == [e.text for e in nlp(TEXT).ents]
    assert not again(TEXT).user_data
    meta = nlp.get_pipe_meta(NAME)
    assert "doc.ents" in meta.assigns
    assert not meta.requires
    assert not meta.retokenizes


def test_unsure_entities_are_left_out(model):
    whole = pipeline(model)(TEXT)
    threshold = sorted(scores(whole))[1] - 1e-4
    doc = pipeline(model, threshold=threshold)(TEXT)
    assert len(doc.ents) == len(whole.ents) - 1
    assert min(scores(doc)) >= threshold


def test_earlier_entities_stay_unless_they_are_to_give_way(model):
    nlp = pipeline(model)
    whole = places(nlp(TEXT))
    first, second = whole[0], whole[1]

    def before():
        doc = nlp.make_doc(TEXT)
        one = Span(doc, *first[:2], label="OTHER", kb_id="Q1", span_id="rule")
        doc.set_ents([one], blocked=[doc[second[0] : second[1]]])
        return doc

    doc = nlp(before())
    assert [(e.start, e.end, e.label_) for e in doc.ents] == [(*first[:2], "OTHER"), *whole[2:]]
    assert (doc.ents[0].kb_id_, doc.ents[0].ent_id_) == ("Q1", "rule")
    assert doc[second[0]].ent_iob_ == "B"  # still blocked
    assert [score is None for score in scores(doc)] == [True] + [False] * (len(whole) - 2)
    doc = pipeline(model, overwrite=True)(before())
    assert places(doc) == whole
    assert {token.ent_id_ for token in doc} | {token.ent_kb_id_ for token in doc} == {""}


@pytest.mark.parametrize("overwrite", [False, True])
def test_plain_labels_become_tags(tmp_path, overwrite):
    plain = {"scheme": "plain", "names": ["NOUN", "VERB", "X"]}
    tagger = new_tagger(labels=plain, scheme="plain")
    tagger.save(tmp_path)
    nlp = pipeline(tmp_path, overwrite=overwrite)
    expected = list(tagger.predict_labels([Sentence(tuple(TEXT.split()))])[0].labels)
    doc = nlp(TEXT)
    assert [token.tag_ for token in doc] == expected
    assert all(0 <= token._.score <= 1.00001 for token in doc)
    assert not doc.ents
    early = nlp.make_doc(TEXT)
    early[0].tag_ = "EARLY"
    assert nlp(early)[0].tag_ == (expected[0] if overwrite else "EARLY")
    reference = Doc(nlp.vocab, words=TEXT.split(), tags=[*expected[:-1], "OTHER"])
    rates = nlp.evaluate([Example(nlp.make_doc(TEXT), reference)])
    assert rates["tag_acc"] == pytest.approx(1 - 1 / len(expected))


def test_evaluate_compares_entities(model):
    nlp = pipeline(model)
    reference = nlp(TEXT)
    count = len(reference.ents)
    assert nlp.evaluate([Example(nlp.make_doc(TEXT), reference)])["ents_f"] == 1
    fewer = Doc(nlp.vocab, words=[token.text for token in reference])
    fewer.ents = [Span(fewer, e.start, e.end, e.label_) for e in reference.ents[1:]]
    rates = nlp.evaluate([Example(nlp.make_doc(TEXT), fewer)])
    assert (rates["ents_r"], rates["ents_p"]) == (1, pytest.approx(1 - 1 / count))


def test_displacy_and_docbin_take_the_docs(model):
    nlp = pipeline(model)
    doc = nlp(TEXT)
    html = displacy.render(doc, style="ent", jupyter=False)
    for entity in doc.ents:
        assert entity.label_ in html
    stored = DocBin(store_user_data=True, docs=[doc]).to_bytes()
    (again,) = DocBin().from_bytes(stored).get_docs(spacy.blank("en").vocab)
    assert found(again) == found(doc)


def test_entities_keep_their_scores_when_their_tokens_are_merged(model):
    nlp = pipeline(model)
    expected = scores(nlp(TEXT))
    nlp.add_pipe("merge_entities")
    for doc in (nlp(TEXT), *nlp.pipe([TEXT])):
        assert [token.text for token in doc if token.ent_type] == [e.text for e in doc.ents]
        assert scores(doc) == pytest.approx(expected, abs=1e-5)


def test_select_pipes_leaves_it_out(model):
    nlp = pipeline(model)
    with nlp.select_pipes(disable=[NAME]):
        assert not nlp(TEXT).ents
    assert nlp(TEXT).ents


def test_what_fails_goes_to_the_error_handler(model):
    nlp = pipeline(model)
    seen = []
    nlp.set_error_handler(lambda name, _, docs, error: seen.append((name, len(docs), error)))
    component = nlp.get_pipe(NAME)
    known = component.tagger.predict_labels

    def picky(sentences, batch_size):
        if any("Bad" in sentence.words for sentence in sentences):
            raise ValueError("no")
        return known(sentences, batch_size)

    component.tagger.predict_labels = picky
    docs = list(nlp.pipe([TEXT, "Bad", TEXT], batch_size=1))
    assert [doc.text for doc in docs] == [TEXT, TEXT]
    assert [(name, count, str(error)) for name, count, error in seen] == [(NAME, 1, "no")]


def test_mistakes_are_told_in_one_line(tmp_path, model):
    nlp = pipeline(tmp_path / "absent")
    nlp.set_error_handler(lambda *_: None)  # is for docs, not for a tagger that isn't there
    with pytest.raises(UserError, match="absent: no such folder"):
        list(nlp.pipe([TEXT]))
    with pytest.raises(UserError, match="absent: no such folder"):
        nlp.to_disk(tmp_path / "pipeline")
    assert nlp.pipe_labels[NAME] == []
    nameless = spacy.blank("en")
    nameless.add_pipe(NAME)
    with pytest.raises(UserError, match="model: no folder is named"):
        nameless(TEXT)
    nameless.get_pipe(NAME).from_disk(model)
    assert nameless(TEXT).ents
    for wrong in (
        {"engine": "tensorflow"},
        {"threads": 0},
        {"threshold": 1.5},
        {"batch_size": 0},
    ):
        with pytest.raises(UserError, match="expected"):
            pipeline(model, **wrong)


def test_a_folder_is_found_though_the_working_folder_changes(model, tmp_path, monkeypatch):
    monkeypatch.chdir(model.parent)
    nlp = pipeline(model.name)
    monkeypatch.chdir(tmp_path)
    assert nlp(TEXT).ents


def test_a_long_doc_is_read_to_its_end(model):
    nlp = pipeline(model)
    words = np.random.default_rng(0).choice(WORDS, 2_000).tolist()
    doc = nlp(Doc(nlp.vocab, words=words))
    assert max(entity.end for entity in doc.ents) > 1_950


WITHOUT_TORCH = """
import sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"torch", "transformers", "torchcrf", "accelerate"}:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Blocked())
import multiprocessing, spacy
if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    _, model, out, text = sys.argv
    nlp = spacy.blank("en")
    nlp.add_pipe("nlp_architect_tagger", config={"model": model})
    print(*[(e.start, e.end, e.label_) for e in nlp(text).ents])
    nlp.to_disk(out)
    for doc in spacy.load(out).pipe([text, text], n_process=2, batch_size=1):
        print(*[(e.start, e.end, e.label_) for e in doc.ents])
    assert "torch" not in sys.modules
"""


def test_spacy_finds_it_without_an_import_and_it_runs_without_torch(model, tmp_path):
    """In new processes too, which are given the tagger's files."""
    script = tmp_path / "script.py"
    script.write_text(WITHOUT_TORCH)
    command = [sys.executable, script, model, tmp_path / "pipeline", TEXT]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    expected = " ".join(map(str, places(pipeline(model)(TEXT))))
    assert done.stdout.splitlines() == [expected] * 3
