"""Settings that ask for far more than the weights have are refused before anything is built."""

import json
import shutil
import tracemalloc
from time import perf_counter

import pytest
import torch
from safetensors.torch import save_file
from test_tagger import CRF, IDCNN, SOFTMAX
from tiny_teacher import tiny_classifier

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.manifest import write_manifest
from nlp_architect_ext.core.tensor_header import header_of
from nlp_architect_ext.encoders.folder import find
from nlp_architect_ext.encoders.loading import load_model, load_outline
from nlp_architect_ext.layers.network_limit import TooLargeError, check_shapes, limited
from nlp_architect_ext.taggers.neural import NeuralTagger
from nlp_architect_ext.teachers.transformer import TransformerTokenClassifier

LABELS = LabelSet.for_types(["LOC", "PER"])
MEGABYTES, SECONDS = 60, 6  # what a refusal may take at most, on shared cores
MANY_LABELS = {"scheme": "plain", "names": [f"L{number}" for number in range(30_000)]}


class Cost:
    """What the code inside takes: bytes that Python and numpy hold at most, and seconds."""

    def __enter__(self):
        tracemalloc.start()
        self._before = perf_counter()

    def __exit__(self, *_):
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert most < MEGABYTES * 1e6
        assert perf_counter() - self._before < SECONDS


def spoil(folder, **changes):
    data = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**data, **changes}))


@pytest.mark.parametrize(
    ("tagger", "arguments"),
    [
        (SOFTMAX, {"lstm_width": 5000}),
        (SOFTMAX, {"lstm_width": 10**9}),
        (SOFTMAX, {"lstm_layers": 100_000}),
        (SOFTMAX, {"word_width": 10**7}),
        (SOFTMAX, {"character_filters": 10**7, "head_width": 10**7}),
        (SOFTMAX, {"lstm_width": 7}),  # no more costly, but others' weights
        (CRF, {"lstm_layers": 100_000}),
        (IDCNN, {"blocks": 10**9}),
        (IDCNN, {"dilations": [10**9]}),
        (IDCNN, {"dilations": [1] * 200_000}),
    ],
)
def test_a_tagger_larger_than_its_weights_is_refused(tagger, arguments, tmp_path):
    tagger.save(tmp_path)
    spoil(tmp_path, arguments={**tagger.config.arguments, **arguments})
    write_manifest(tmp_path)
    with Cost(), pytest.raises(UserError, match=r"refused|has the shape") as caught:
        NeuralTagger.load(tmp_path)
    assert len(str(caught.value)) < 2000


@pytest.mark.parametrize("tagger", [SOFTMAX, CRF])
def test_labels_and_words_are_as_many_as_the_weights_have(tagger, tmp_path):
    tagger.save(tmp_path)
    spoil(tmp_path, labels=MANY_LABELS, scheme="plain")
    write_manifest(tmp_path)
    with Cost(), pytest.raises(UserError, match=r"output\.bias has the shape \[5\]"):
        NeuralTagger.load(tmp_path)
    tagger.save(tmp_path)
    words = {"words": [str(number) for number in range(50_000)], "characters": []}
    (tmp_path / "vocabulary.json").write_text(json.dumps(words))
    write_manifest(tmp_path)
    with pytest.raises(UserError, match=r"has the shape"):
        NeuralTagger.load(tmp_path)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return tiny_classifier(tmp_path_factory.mktemp("teacher"), ("Anna", "Paris"), LABELS.names)


@pytest.fixture
def teacher(made, tmp_path):
    return shutil.copytree(made, tmp_path / "teacher")


@pytest.mark.parametrize(
    "changes",
    [
        {"num_hidden_layers": 100_000},
        {"vocab_size": 10**9},
        {"hidden_size": 2**20, "num_attention_heads": 2},
        {"intermediate_size": 10**9},
        {"max_position_embeddings": 10**9},
        {"type_vocab_size": 10**9},
    ],
)
@pytest.mark.parametrize("new_head", [True, False])
def test_an_encoder_larger_than_its_weights_is_refused(teacher, changes, new_head):
    spoil(teacher, **changes)
    found = find(teacher)
    for load in (load_model, load_outline):
        with Cost(), pytest.raises(UserError, match="a larger network than the weights"):
            load(found, LABELS.names, new_head=new_head)


def test_weights_in_parts_count_as_one(teacher):
    (teacher / "model.safetensors").rename(teacher / "part.safetensors")
    listed = dict.fromkeys(header_of(teacher / "part.safetensors"), "part.safetensors")
    (teacher / "model.safetensors.index.json").write_text(
        json.dumps({"metadata": {}, "weight_map": listed})
    )
    assert TransformerTokenClassifier.load(teacher, LABELS).parameters > 0
    spoil(teacher, num_hidden_layers=100_000)
    with pytest.raises(UserError, match="a larger network than the weights"):
        TransformerTokenClassifier.load(teacher, LABELS)


def test_the_limit_ends_with_its_block_and_is_one_thread_s():
    with pytest.raises(TooLargeError), limited({}):
        torch.nn.Linear(2000, 2000)
    assert torch.nn.Linear(2000, 2000).in_features == 2000


def test_shapes_are_named(tmp_path):
    save_file(torch.nn.Linear(3, 2).state_dict(), tmp_path / "a.safetensors")
    header = header_of(tmp_path / "a.safetensors")
    check_shapes(torch.nn.Linear(3, 2), header)
    with pytest.raises(
        ValueError, match=r"^bias has the shape \[2\] where the settings need \[4\]$"
    ):
        check_shapes(torch.nn.Linear(3, 4), header)
    with pytest.raises(
        ValueError, match=r"^bias has the shape \[2\] where the settings need none$"
    ):
        check_shapes(torch.nn.Linear(3, 2, bias=False), header)
    with pytest.raises(
        ValueError, match=r"^bias has the shape none where the settings need \[1\]$"
    ):
        check_shapes(torch.nn.Linear(1, 1), {})
