"""The native kernel's chains of operations against torch, alone and in company."""

import shutil

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from native.instruction_sets import emissions_by_kernel
from safetensors import safe_open
from safetensors.numpy import load_file, save_file
from test_tagger import WORDS, new_tagger

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.manifest import write_manifest
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.runtime import Tagger
from nlp_architect_ext.runtime.folder import NETWORK
from nlp_architect_ext.runtime.native.availability import missing_kernel
from nlp_architect_ext.runtime.native.tagger import NativeTagger

pytestmark = pytest.mark.skipif(bool(missing_kernel()), reason=f"no kernel: {missing_kernel()}")

OPERATIONS = ("lstm", "conv3", "conv5", "separable3", "separable5", "separable7")
OPERATIONS += ("attention", "feed-forward")
PRECISIONS = ("fp32", "int8")
LENGTHS = (60, 33, 32, 17, 16, 15, 7, 6, 5, 4, 3, 2, 1, 1)
GENERATOR = np.random.default_rng(0)
BATCH = [Sentence(tuple(map(str, GENERATOR.choice(WORDS, length)))) for length in LENGTHS]


def chain(operations, width=64, decoder="softmax"):
    arguments = {"word_width": 8, "width": width, "operations": list(operations)}
    tagger = new_tagger(student="chain", arguments=arguments, decoder=decoder, max_words=64)
    with torch.no_grad():
        for parameter in tagger.model.parameters():
            parameter.div_(3)  # as students start: attention that is sharper has no near answer
        for norm in tagger.model["student"].norms:
            norm.weight.uniform_(0.5, 1.5)
            norm.bias.normal_(0, 0.2)
    return tagger


def exports(tagger, folder):
    for precision in PRECISIONS:
        tagger.export(folder / precision, precision)
    return folder


def native(folder, threads=1):
    return {precision: NativeTagger.load(folder / precision, threads) for precision in PRECISIONS}


def check_emissions(tagger, kernels, batch):
    """Floats are torch's; integers differ from them by their rounding."""
    expected = tagger.emissions(batch)
    largest = max(np.abs(one).max() for one in expected)
    for precision, share in (("fp32", 2e-6), ("int8", 0.02)):
        found = kernels[precision].emissions(batch)
        differences = [np.abs(a - b).ravel() for a, b in zip(expected, found, strict=True)]
        assert np.concatenate(differences).mean() < share * largest


@pytest.mark.parametrize("place", ["first", "later"])
@pytest.mark.parametrize("width", [32, 48, 128])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_says_what_torch_says(operation, width, place, tmp_path):
    """A chain's first operation is computed from what is known of each word, others aren't."""
    before = [] if place == "first" else ["feed-forward"]
    tagger = chain([*before, operation], width)
    check_emissions(tagger, native(exports(tagger, tmp_path)), BATCH)


def test_a_chain_of_nothing_is_two_matrices(tmp_path):
    tagger = chain([])
    check_emissions(tagger, native(exports(tagger, tmp_path)), BATCH)


@settings(max_examples=15, deadline=None)
@given(
    operations=st.lists(st.sampled_from(OPERATIONS), max_size=5),
    width=st.sampled_from([32, 48, 64, 128]),
    decoder=st.sampled_from(["softmax", "crf"]),
    lengths=st.lists(st.integers(1, 60), min_size=1, max_size=30),
    threads=st.integers(1, 3),
)
def test_chains_of_any_shape_in_any_company(
    operations, width, decoder, lengths, threads, tmp_path_factory
):
    tagger = chain(operations, width, decoder)
    folder = exports(tagger, tmp_path_factory.mktemp("chain"))
    batch = [Sentence(tuple(WORDS[place % len(WORDS)] for place in range(n))) for n in lengths]
    kernels = native(folder, threads)
    check_emissions(tagger, kernels, batch)
    assert _labels(kernels["fp32"], batch) == _labels(Tagger.load(folder / "fp32"), batch)
    for kernel in kernels.values():
        together = [one.tobytes() for one in kernel.emissions(batch)]
        assert together == [kernel.emissions([one])[0].tobytes() for one in batch]


def _labels(tagger, batch):
    return [prediction.labels for prediction in tagger.predict_labels(batch)]


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    tagger = chain(["separable3", "lstm", "attention", "conv5", "feed-forward"], 32)
    return exports(tagger, tmp_path_factory.mktemp("sound"))


def test_every_instruction_set_says_the_same(sound, tmp_path):
    for precision, share in (("fp32", 1e-6), ("int8", 0.002)):
        found = emissions_by_kernel([sound / precision], tmp_path)
        expected = found["portable"]
        for values in found.values():
            assert np.abs(values - expected).mean() < share * np.abs(expected).max()


def altered(sound, folder, changes, settings):
    """A copy of the int8 export whose network has other arrays and settings."""
    shutil.copytree(sound / "int8", folder)
    arrays = load_file(folder / NETWORK)
    with safe_open(folder / NETWORK, "np") as file:
        metadata = file.metadata() | settings
    arrays |= {name: array for name, array in changes.items() if array is not None}
    kept = {
        name: array
        for name, array in arrays.items()
        if name not in changes or changes[name] is not None
    }
    save_file(kept, folder / NETWORK, metadata=metadata)
    write_manifest(folder)
    return folder


ZEROS = np.zeros
DAMAGES = {
    "unknown": ({}, {"operations": "separable3,conv4"}, 'operation "conv4"; expected lstm, conv3'),
    "empty name": ({}, {"operations": "separable3,"}, 'operation ""; expected lstm'),
    "too many": ({}, {"operations": ",".join(["lstm"] * 101)}, "101 operations; expected at most"),
    "left over": ({}, {"operations": "separable3,lstm"}, "there are only 2 operations"),
    "another": ({}, {"operations": "conv3"}, r"operations.0.product: expected \(32, 96\)"),
    "width": ({"input": ZEROS((40, 9), np.float32)}, {}, "width 40; expected a multiple of 16"),
    "features": ({"input": ZEROS((32, 9), np.int8)}, {}, r"array input: expected \(32, "),
    "depthwise": (
        {"operations.0.depthwise": ZEROS((3, 32), np.float32)},
        {},
        r"operations.0.depthwise: expected \(32, 3\)",
    ),
    "norm": (
        {"operations.1.norm.shift": ZEROS(31, np.float32)},
        {},
        "operations.1.norm.shift: expected 32 floats",
    ),
    "missing": ({"operations.2.query.bias": None}, {}, "no array operations.2.query.bias"),
    "mixed": (
        {"operations.4.first": ZEROS((64, 32), np.float32)},
        {},
        "operations.4.first: numbers of another type",
    ),
    "LSTM's width": (
        {
            f"operations.1.lstm.{direction}.{name}": ZEROS(shape, kind)
            for direction in ("rightward", "leftward")
            for name, shape, kind in (
                ("input", (32, 32), np.int8),
                ("input.scale", (32,), np.float32),
                ("recurrent", (32, 8), np.int8),
                ("recurrent.scale", (32,), np.float32),
                ("bias", (32,), np.float32),
            )
        },
        {},
        "operations.1.lstm: expected 16 units a direction",
    ),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_arrays_that_make_no_chain_are_refused(name, sound, tmp_path):
    changes, settings, message = DAMAGES[name]
    with pytest.raises(UserError, match=message):
        NativeTagger.load(altered(sound, tmp_path / "damaged", changes, settings))
