"""The store of an encoder's states, and the batches that read it."""

import tracemalloc

import numpy as np
import pytest
import torch
from corpora import WORDS
from tiny_teacher import tiny_encoder

from nlp_architect_ext.compression import state_store
from nlp_architect_ext.compression.piece_batches import PieceStream
from nlp_architect_ext.compression.state_store import StateStore, state_bytes, window_key
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.encoders.alignment import PieceWindow, pad
from nlp_architect_ext.encoders.bare import BareEncoder, hidden_states
from nlp_architect_ext.encoders.folder import find

TEXTS = [
    "Anna lives in Oslo .",
    "In Rome , Greta met Hiro .",
    "Nothing happened there .",
    "The train to Lima is late today .",
    "Oslo",
]


@pytest.fixture(scope="module", params=["wordpiece", "bytes"])
def bare(request, tmp_path_factory):
    folder = tiny_encoder(tmp_path_factory.mktemp(request.param), WORDS, request.param)
    return BareEncoder(find(folder))


@pytest.fixture(scope="module")
def windows(bare):
    return bare.aligner.windows([Sentence(tuple(text.split())) for text in TEXTS])


@pytest.fixture
def store(tmp_path, bare, windows, monkeypatch):
    monkeypatch.setattr(state_store, "PIECES", 12)  # a file for two or three sentences
    found = StateStore(tmp_path, bare, "cpu")
    found.add(windows, (0, 2))
    return found


def test_states_are_those_of_each_window_by_itself(store, bare, windows):
    for window in windows:
        with torch.inference_mode():
            states = hidden_states(bare.model, pad([window], bare.config.pad_token_id))
        for layer in (0, 2):
            expected = states[layer][0].numpy()
            np.testing.assert_allclose(store.states(window, layer), expected, rtol=2e-3, atol=2e-3)
    batch = store.padded(windows, 2)
    assert not batch[-1, len(windows[-1].ids) :].any()


def test_what_is_stored_is_found_again_and_only_the_rest_is_computed(
    store, bare, windows, monkeypatch
):
    asked = []
    compute = bare.states
    monkeypatch.setattr(
        bare, "states", lambda some, *rest: asked.extend(some) or compute(some, *rest)
    )
    again = StateStore(store.folder.parent, bare, "cpu")
    again.add(windows, (0, 2))
    assert asked == []
    assert again.costs.count == sum(len(window.ids) for window in windows)
    again.add(windows[:1], (1,))
    assert asked == [windows[0]]
    np.testing.assert_array_equal(again.states(windows[3], 2), store.states(windows[3], 2))


def test_a_damaged_file_is_computed_again(store, bare, windows, caplog):
    path = sorted(store.folder.iterdir())[0]
    content = bytearray(path.read_bytes())
    content[-3] ^= 0xFF
    path.write_bytes(content)
    with caplog.at_level("INFO", logger="nlp_architect_ext"):
        again = StateStore(store.folder.parent, bare, "cpu")
    assert "is damaged" in caplog.text
    lost = again.missing(windows, (0, 2))
    assert 0 < len(lost) < len(windows)
    again.add(windows, (0, 2))
    assert not StateStore(store.folder.parent, bare, "cpu").missing(windows, (0, 2))
    for window in windows:
        np.testing.assert_array_equal(again.states(window, 0), store.states(window, 0))


def test_a_store_is_opened_and_read_in_a_fraction_of_its_size(tmp_path, bare, monkeypatch):
    windows = [PieceWindow(number, [number] * 10, [0] * 10, [0], [1]) for number in range(500)]
    rows = {1: np.ones((5000, 1024), np.float32)}
    monkeypatch.setattr(
        bare, "states", lambda some, *_: {1: rows[1][: sum(len(one.ids) for one in some)]}
    )
    monkeypatch.setattr(state_store, "PIECES", 500)  # ten files of a megabyte
    StateStore(tmp_path, bare, "cpu").add(windows, (1,))
    tracemalloc.start()
    try:
        store = StateStore(tmp_path, bare, "cpu")
        assert store.padded(windows[:32], 1).shape == (32, 10, 1024)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4e6 < sum(path.stat().st_size for path in store.folder.iterdir())


def test_numbers_beyond_float16_are_kept(tmp_path, bare, windows, monkeypatch):
    large = {1: np.full((sum(len(one.ids) for one in windows), bare.width), 1e6, np.float32)}
    monkeypatch.setattr(bare, "states", lambda *_: large)
    store = StateStore(tmp_path, bare, "cpu")
    store.add(windows, (1,))
    assert (store.padded(windows[:1], 1) == 1e6).all()


def test_windows_of_equal_pieces_share_their_states(bare, windows):
    twice = [*windows, *windows]
    assert len({window_key(window) for window in twice}) == len(windows)
    assert state_bytes(twice, (0, 2), bare.width) == state_bytes(windows, (0, 2), bare.width)


def test_the_size_on_disk_is_about_what_is_promised(store, bare, windows):
    size = sum(path.stat().st_size for path in store.folder.iterdir())
    promised = state_bytes(windows, (0, 2), bare.width)
    assert promised <= size < 1.5 * promised + 1500 * len(list(store.folder.iterdir()))


@pytest.mark.parametrize("parts", [1, 2])
def test_an_epoch_reads_every_window_once_and_goes_on_anywhere(store, windows, parts):
    stream = PieceStream(windows, store, (2,), batch_size=2, seed=3, parts=parts)
    passes = [list(stream.epoch(number)) for number in range(parts)]
    assert [len(one) for one in passes] == [stream.steps_an_epoch] * parts
    read = [ids for one in passes for batch in one for ids in batch.input_ids.tolist()]
    assert {tuple(window.ids) for window in windows} <= {
        tuple(ids[: len(window.ids)]) for ids in read for window in windows
    }
    rest = list(stream.epoch(0, skip=1))
    assert all(
        torch.equal(one.states[2], other.states[2])
        for one, other in zip(passes[0][1:], rest, strict=True)
    )
