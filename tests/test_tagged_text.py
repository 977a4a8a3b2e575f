"""Texts in, the text of a file out: what every engine writes, character by character."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import texts
from test_tagger import CRF, SOFTMAX, new_tagger

from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.runtime import Tagger
from nlp_architect_ext.runtime.native.availability import missing_kernel
from nlp_architect_ext.runtime.native.tagger import NativeTagger
from nlp_architect_ext.serving.files import tag_file
from nlp_architect_ext.settings.inference import TaggerInferenceSettings

IOBES = new_tagger(scheme="IOBES", tokenizer="whitespace")
SCORES = st.sampled_from([0.0, 0.3, 0.6, 1.0])
WORDS = Sentence(("Anna", "don't", "x"))
UNLINED = str.maketrans({"\x85": "\\u0085", "\u2028": "\\u2028", "\u2029": "\\u2029"})


@pytest.fixture(scope="module", params=["onnx", "native"])
def exported(request, tmp_path_factory):
    """The same network in the engines of exports."""
    if request.param == "native" and missing_kernel():
        pytest.skip(missing_kernel())
    folder = tmp_path_factory.mktemp("exports") / "export"
    CRF.export(folder)
    return Tagger.load(folder) if request.param == "onnx" else NativeTagger.load(folder)


def expected(tagger, items, form, min_score):
    """By its parts: `predict_labels`, `tags` and `predict`."""
    lines = []
    for item in items:
        sentence = tagger.sentence(item).with_text()
        (found,) = tagger.predict_labels([sentence])
        if form == "columns":
            tags = tagger.tags(tagger.sure(found, min_score))
            rows = zip(sentence.words, tags, strict=True)
            lines += [*(f"{word}\t{tag}" for word, tag in rows), ""]
            continue
        entities = [
            {
                "entity_group": one.entity_group,
                "score": one.score,
                "word": sentence.text[one.start : one.end],
                "start": one.start,
                "end": one.end,
            }
            for one in tagger.entities(sentence, found)
            if one.score >= min_score
        ]
        record = {"text": sentence.text, "entities": entities}
        lines.append(json.dumps(record, ensure_ascii=False).translate(UNLINED))
    return "".join(f"{line}\n" for line in lines)


@settings(max_examples=30)
@given(items=st.lists(texts() | st.just(WORDS), max_size=5), min_score=SCORES)
@pytest.mark.parametrize("form", ["columns", "json"])
@pytest.mark.parametrize("tagger", [SOFTMAX, IOBES], ids=["softmax", "IOBES"])
def test_torch_writes_words_with_tags_or_texts_with_entities(tagger, form, items, min_score):
    written = tagger.tagged_text(items, form, 1, min_score)
    assert written.text == expected(tagger, items, form, min_score)
    assert written.words == sum(len(tagger.sentence(item)) for item in items)


@settings(max_examples=30)
@given(items=st.lists(texts() | st.just(WORDS), max_size=5), min_score=SCORES)
@pytest.mark.parametrize("form", ["columns", "json"])
def test_an_export_does_too(exported, form, items, min_score):
    written = exported.tagged_text(items, form, 1, min_score)
    assert written.text == expected(exported, items, form, min_score)
    assert written.words == sum(len(exported.sentence(item)) for item in items)


def test_another_form_and_words_of_two_words_are_refused(exported):
    with pytest.raises(ValueError, match="form 'xml'; expected one of columns, json"):
        exported.tagged_text(["Anna"], "xml")
    with pytest.raises(ValueError, match="'two words' can't be a column"):
        exported.tagged_text([["two words"]], "columns")


@pytest.mark.parametrize("form", ["columns", "json"])
@pytest.mark.parametrize("min_score", [0.0, 0.6])
def test_a_file_is_the_same_whatever_else_is_asked_for(exported, tmp_path, form, min_score):
    (tmp_path / "in.txt").write_text("Anna don't met\n\n  Bo\t10 %\u2028x\n" * 3, "utf-8")
    (tmp_path / "gold.txt").write_text("Anna\tB-PER\nmet\tO\nBo\tB-PER\n", "utf-8")
    for source, more in (("in.txt", {"html": "page.html"}), ("gold.txt", {"evaluate": True})):
        found = []
        for extra in ({}, more):
            page = {name: str(tmp_path / one) for name, one in extra.items() if name == "html"}
            given_ = TaggerInferenceSettings(
                data_file=str(tmp_path / source),
                data_format="columns" if source == "gold.txt" else "auto",
                output_dir=str(tmp_path / "out"),
                model_dir="-",
                output_format=form,
                min_score=min_score,
                overwrite_output_dir=True,
                **{**extra, **page},
            )
            tag_file(exported, given_)
            name = "output.txt" if form == "columns" else "output.jsonl"
            found.append((tmp_path / "out" / name).read_bytes())
        assert found[0] == found[1] != b""
