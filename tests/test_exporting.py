"""Exports against the taggers that they were made from."""

import json
import pickle
import shutil
import subprocess
import sys

import numpy as np
import onnx
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import texts
from test_tagger import CRF, IDCNN, SOFTMAX, WORDS, new_tagger, sentences
from torch import nn

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.manifest import write_manifest
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.evaluation.parity import compare
from nlp_architect_ext.layers.onnx_graph import OnnxGraph
from nlp_architect_ext.runtime import Tagger
from nlp_architect_ext.runtime.calibration import Calibration
from nlp_architect_ext.runtime.folder import GRAPH, RULES, WEIGHTS
from nlp_architect_ext.runtime.native.availability import missing_kernel
from nlp_architect_ext.runtime.native.tagger import NativeTagger
from nlp_architect_ext.runtime.tensors import read_tensors
from nlp_architect_ext.students.base import Exportable
from nlp_architect_ext.taggers.export import write_export

TAGGERS = {
    "softmax": SOFTMAX,
    "crf": CRF,
    "id-cnn": IDCNN,
    "id-cnn, blocks": new_tagger(
        student="id-cnn", arguments={"word_width": 8, "filters": 16, "blocks": 2}
    ),
    "chain": new_tagger(
        student="chain",
        arguments={"word_width": 8, "width": 48, "operations": ["conv3", "lstm", "separable5"]},
    ),
    "no skip, one layer": new_tagger(
        arguments={"lstm_layers": 1, "input_skip": False, "lstm_width": 5}
    ),
    "hidden layer": new_tagger(arguments={"lstm_width": 5, "head_width": 7}),
    "bias": new_tagger(outside_bias=-1.5),
    "crf, bias, calibrated": new_tagger(
        decoder="crf", outside_bias=1.0, calibration=Calibration(0.5, 0.1)
    ),
    "plain": new_tagger(labels={"scheme": "plain", "names": ["NOUN", "VERB", "X"]}, scheme="plain"),
    "white space": new_tagger(tokenizer="whitespace"),
}


def export(tagger, folder, precision="fp32"):
    tagger.export(folder, precision)
    return Tagger.load(folder)


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """Each tagger's export without rounding."""
    return {
        name: export(tagger, tmp_path_factory.mktemp("export")) for name, tagger in TAGGERS.items()
    }


@pytest.mark.parametrize("name", TAGGERS)
@settings(max_examples=15)
@given(batch=st.lists(sentences, min_size=1, max_size=6), batch_size=st.integers(1, 6))
def test_labels_and_scores_are_those_of_the_original(name, exported, batch, batch_size):
    """Sentences of up to 30 words, in windows of 20."""
    batch = [*batch, Sentence(("Éa-unheard", "of", "İstanbul", "x" * 300, "\u0301", "👩‍🚀"))]
    expected, found = (
        TAGGERS[name].predict_labels(batch),
        exported[name].predict_labels(batch, batch_size),
    )
    for one, other in zip(expected, found, strict=True):
        assert other.labels == one.labels
        assert other.scores == pytest.approx(one.scores, abs=1e-4)
    pairs = zip(
        TAGGERS[name].emissions(batch), exported[name].emissions(batch, batch_size), strict=True
    )
    for scores, others in pairs:
        np.testing.assert_allclose(others, scores, atol=1e-4 * np.abs(scores).max(initial=1))


def test_threads_change_nothing(exported, tmp_path):
    export(TAGGERS["crf"], tmp_path)
    many = [Sentence(tuple(WORDS[: 1 + number % 9])) for number in range(60)]
    alone, threaded = (Tagger.load(tmp_path, threads).predict_labels(many) for threads in (1, 3))
    assert [one.labels for one in threaded] == [one.labels for one in alone]
    for one, other in zip(alone, threaded, strict=True):
        assert other.scores == pytest.approx(one.scores, abs=1e-5)


@settings(max_examples=50)
@given(text=texts())
def test_entities_of_raw_text_are_those_of_the_original(exported, text):
    for name in ("crf, bias, calibrated", "white space"):
        expected, found = TAGGERS[name](text), exported[name](text)
        assert [(e.entity_group, e.start, e.end, e.word) for e in found] == [
            (e.entity_group, e.start, e.end, e.word) for e in expected
        ]
        assert [e.score for e in found] == pytest.approx([e.score for e in expected], abs=1e-4)
        assert all(type(e.score) is float for e in found)


@pytest.mark.parametrize("name", ["softmax", "crf"])
def test_rounded_to_int8_it_is_smaller_and_close(name, tmp_path):
    tagger = TAGGERS[name]
    large, small = export(tagger, tmp_path / "fp32"), export(tagger, tmp_path / "int8", "int8")
    operators = [node.op_type for node in onnx.load(tmp_path / "int8" / GRAPH).graph.node]
    assert operators.count("DynamicQuantizeLSTM") == 2
    assert "LSTM" not in operators
    assert read_tensors((tmp_path / "int8" / WEIGHTS).read_bytes())["word_vectors"].dtype == np.int8
    assert (tmp_path / "int8" / GRAPH).stat().st_size < (tmp_path / "fp32" / GRAPH).stat().st_size
    batch = [Sentence(("Anna", "met", "Bo", "in", "Oslo")), Sentence(("today", "."))]
    for one, other in zip(large.emissions(batch), small.emissions(batch), strict=True):
        assert 0 < np.abs(one - other).max() < 0.1 * np.abs(one).max()


def test_convolutions_are_rounded_too(tmp_path):
    tagger = TAGGERS["id-cnn"]
    large, small = export(tagger, tmp_path / "fp32"), export(tagger, tmp_path / "int8", "int8")
    graph = onnx.load(tmp_path / "int8" / GRAPH).graph
    operators = [node.op_type for node in graph.node]
    layers = 1 + len(tagger.model["student"].block)
    # The labels' layer stays as it is.
    assert (operators.count("MatMulInteger"), operators.count("MatMul")) == (layers, 1)
    batch = [Sentence(("Anna", "met", "Bo", "in", "Oslo")), Sentence(("today", "."))]
    for one, other in zip(large.emissions(batch), small.emissions(batch), strict=True):
        assert 0 < np.abs(one - other).max() < 0.1 * np.abs(one).max()


ANY_ENGINE = [Tagger] if missing_kernel() else [Tagger, NativeTagger]


@pytest.mark.parametrize("engine", ANY_ENGINE)
def test_a_tagger_is_sent_to_another_process_as_bytes(engine, tmp_path):
    CRF.export(tmp_path / "export", "fp32")
    tagger = engine.load(tmp_path / "export", threads=2)
    sent = pickle.dumps(tagger)
    SOFTMAX.export(tmp_path / "export", "fp32")
    with pytest.raises(UserError, match="changed since the tagger was read"):
        pickle.dumps(tagger)
    shutil.rmtree(tmp_path / "export")  # another machine may not have it
    code = "import pickle, sys; print([*pickle.load(sys.stdin.buffer)('Anna met Bo in Oslo')])"
    call = [sys.executable, "-c", code]
    there = subprocess.run(call, input=sent, capture_output=True, check=True).stdout
    assert there.decode().strip() == str([*tagger("Anna met Bo in Oslo")])


def test_it_runs_with_onnxruntime_and_numpy_alone(tmp_path):
    export(SOFTMAX, tmp_path)
    text = "Anna met Bo in Oslo (today)."
    code = f"""
import sys
for name in ("torch", "transformers", "spacy", "onnx", "safetensors", "seqeval", "sklearn", "tqdm"):
    sys.modules[name] = None
from nlp_architect_ext.runtime import Tagger
for entity in Tagger.load({str(tmp_path)!r})({text!r}):
    print(entity.entity_group, entity.start, entity.end)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        f"{e.entity_group} {e.start} {e.end}" for e in SOFTMAX(text)
    ]
    assert done.stdout


def test_training_and_tagging_in_torch_do_without_onnxruntime(tmp_path):
    SOFTMAX.save(tmp_path)
    code = f"""
import sys
sys.modules["onnxruntime"] = None
import nlp_architect_ext.runs.train_student, nlp_architect_ext.runtime
from nlp_architect_ext.serving.load import load
print(load({str(tmp_path)!r}).engine)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "torch\n"), done.stderr


@pytest.mark.parametrize("name", [GRAPH, WEIGHTS, RULES, "config.json", "vocabulary.json"])
def test_a_damaged_export_is_refused_in_one_line(name, tmp_path):
    export(SOFTMAX, tmp_path)
    content = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(content[: len(content) // 2])
    with pytest.raises(UserError, match=f"{name}: isn't the file that MANIFEST.json describes"):
        Tagger.load(tmp_path)
    write_manifest(tmp_path)  # as if it had been made so
    with pytest.raises(UserError, match="not an exported tagger"):
        Tagger.load(tmp_path)


def test_weights_of_a_random_field_may_not_be_missing(tmp_path):
    export(SOFTMAX, tmp_path)
    config = json.loads((tmp_path / "config.json").read_text()) | {"decoder": "crf"}
    (tmp_path / "config.json").write_text(json.dumps(config))
    write_manifest(tmp_path)
    with pytest.raises(UserError, match="no end, start, transitions"):
        Tagger.load(tmp_path)


class Closed(nn.Module):
    """A student that keeps its inside to itself."""

    def forward(self, batch):
        return torch.zeros(*batch.words.shape, 2)


def test_a_student_that_offers_nothing_is_told_what_it_lacks(tmp_path):
    assert not isinstance(Closed(), Exportable)
    with pytest.raises(
        UserError, match="has no word_embedding, character_cnn, write_onnx; expected what"
    ):
        write_export(
            tmp_path,
            Closed(),
            SOFTMAX.decoder,
            SOFTMAX.config,
            SOFTMAX.vocabulary,
            precision="fp32",
        )
    assert not any(tmp_path.iterdir())


def test_the_graph_has_names_and_free_shapes():
    graph = OnnxGraph()
    model = graph.finish(SOFTMAX.model["student"].write_onnx(graph, "features", "lengths"), 16, 5)
    shapes = {
        value.name: [axis.dim_param or axis.dim_value for axis in value.type.tensor_type.shape.dim]
        for value in (*model.graph.input, *model.graph.output)
    }
    assert shapes == {
        "features": ["batch", "words", 16],
        "lengths": ["batch"],
        "emissions": ["batch", "words", 5],
    }


def test_parity_counts_what_differs(exported):
    dev = [
        Sentence(
            ("Anna", "met", "Bo"),
            SOFTMAX.predict_labels([Sentence(("Anna", "met", "Bo"))])[0].labels,
        )
    ]
    same = compare(SOFTMAX, exported["softmax"], dev)
    assert (same.changed_tags, same.changed_splits, same.lost, same.is_good) == (0, 0, 0, True)
    assert same.f1 == 1
    assert same.largest_difference < 1e-4
    other = compare(SOFTMAX, exported["bias"], dev)
    assert other.changed_tags > 0
    assert other.lost > 0
    assert not other.is_good
    assert f"{other.changed_tags} of 3 tags differ" in str(other)
