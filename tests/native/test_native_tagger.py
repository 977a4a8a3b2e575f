"""The native kernel against torch, alone and in company, on every instruction set."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from native.instruction_sets import emissions_by_kernel
from safetensors.numpy import load_file, save_file
from strategies import texts
from test_exporting import TAGGERS
from test_tagger import CONFIG, new_tagger, sentences

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.manifest import write_manifest
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.runtime import Tagger
from nlp_architect_ext.runtime.folder import NETWORK, WEIGHTS
from nlp_architect_ext.runtime.native.availability import kernel_path, missing_kernel
from nlp_architect_ext.runtime.native.tagger import FILES, NativeTagger
from nlp_architect_ext.runtime.text_tagger import TextTagger

pytestmark = pytest.mark.skipif(bool(missing_kernel()), reason=f"no kernel: {missing_kernel()}")

ODD = Sentence(("Éa-unheard", "of", "İstanbul", "x" * 300, "\u0301", "👩‍🚀", "ΑΣ", "\ud83d"))
LONG = Sentence(("Anna", "met", "Bo", "in", "Oslo", ".") * 25)  # 150 words, in windows of 20


def export(tagger, folder, precision="fp32"):
    tagger.export(folder, precision)
    return folder


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Each tagger's exports, by name and precision."""
    return {
        (name, precision): export(tagger, tmp_path_factory.mktemp("export"), precision)
        for name, tagger in TAGGERS.items()
        for precision in ("fp32", "int8")
    }


@pytest.fixture(scope="module")
def native(folders):
    return {key: NativeTagger.load(folder) for key, folder in folders.items()}


@pytest.mark.parametrize("name", TAGGERS)
@settings(max_examples=10)
@given(batch=st.lists(sentences, min_size=1, max_size=6))
def test_floats_say_what_torch_says(name, native, batch):
    batch = [*batch, ODD, LONG]
    expected, found = TAGGERS[name], native[name, "fp32"]
    for one, other in zip(expected.emissions(batch), found.emissions(batch), strict=True):
        np.testing.assert_allclose(other, one, atol=1e-5 * np.abs(one).max(initial=1))
    predictions = zip(expected.predict_labels(batch), found.predict_labels(batch), strict=True)
    for one, other in predictions:
        assert other.labels == one.labels
        assert other.scores == pytest.approx(one.scores, abs=1e-4)


@pytest.mark.parametrize("name", TAGGERS)
def test_integers_say_nearly_the_same(name, native):
    batch = [ODD, LONG]
    for one, other in zip(
        TAGGERS[name].emissions(batch), native[name, "int8"].emissions(batch), strict=True
    ):
        # Large random weights make a network chaotic: single words may differ more.
        assert np.abs(other - one).mean() < 0.02 * np.abs(one).max()


ARGUMENTS = st.one_of(
    st.tuples(
        st.just("cnn-lstm"),
        st.fixed_dictionaries(
            {
                "word_width": st.integers(1, 20),
                "character_filters": st.integers(1, 20),
                "lstm_width": st.integers(1, 37),
                "lstm_layers": st.integers(1, 4),
                "input_skip": st.booleans(),
                "head_width": st.sampled_from([0, 1, 16, 21]),
            }
        ),
    ),
    st.tuples(
        st.just("id-cnn"),
        st.fixed_dictionaries(
            {
                "word_width": st.integers(1, 20),
                "filters": st.integers(1, 37),
                "dilations": st.lists(st.integers(1, 9), min_size=1, max_size=3),
                "blocks": st.integers(1, 3),
            }
        ),
    ),
)


@settings(max_examples=15)
@given(
    kind=ARGUMENTS,
    types=st.integers(1, 20),
    decoder=st.sampled_from(["softmax", "crf"]),
    lengths=st.lists(st.integers(0, 50), min_size=1, max_size=40),
)
def test_networks_of_any_shape(kind, types, decoder, lengths, tmp_path_factory):
    student, arguments = kind
    names = ["O", *(f"{letter}-T{number}" for number in range(types) for letter in "BI")]
    tagger = new_tagger(
        student=student,
        arguments=arguments,
        decoder=decoder,
        labels={"scheme": "IOB2", "names": names},
    )
    batch = [Sentence(LONG.words[:length]) for length in lengths]
    expected = tagger.emissions(batch)
    folder = tmp_path_factory.mktemp("any")
    found = NativeTagger.load(export(tagger, folder)).emissions(batch)
    for one, other in zip(expected, found, strict=True):
        np.testing.assert_allclose(other, one, atol=2e-5 * np.abs(one).max(initial=1))
    largest = max(np.abs(one).max(initial=0) for one in expected)
    assume(largest > 0)
    rounded = NativeTagger.load(export(tagger, folder, "int8")).emissions(batch)
    differences = [np.abs(a - b).ravel() for a, b in zip(expected, rounded, strict=True)]
    assert np.concatenate(differences).mean() < 0.03 * largest


@pytest.mark.parametrize("precision", ["fp32", "int8"])
@pytest.mark.parametrize("name", ["softmax", "crf", "id-cnn, blocks", "hidden layer", "chain"])
@settings(max_examples=10)
@given(batch=st.lists(sentences, min_size=1, max_size=40), seed=st.randoms())
def test_neither_company_nor_threads_change_a_bit(name, precision, folders, batch, seed):
    batch = [*batch, LONG, ODD]
    alone = NativeTagger.load(folders[name, precision])
    expected = [alone.emissions([sentence])[0].tobytes() for sentence in batch]
    scores = [alone.predict_labels([sentence])[0] for sentence in batch]
    order = list(range(len(batch)))
    seed.shuffle(order)
    shuffled = [batch[index] for index in order]
    for threads in (1, 2, 5):
        tagger = NativeTagger.load(folders[name, precision], threads)
        found = tagger.emissions(shuffled)
        assert [one.tobytes() for one in found] == [expected[index] for index in order]
        assert tagger.predict_labels(shuffled) == [scores[index] for index in order]


def test_many_threads_share_one(folders):
    tagger = NativeTagger.load(folders["crf", "int8"], threads=2)
    rng = np.random.default_rng(0)
    batches = [
        [
            # New words all the time: the memory of words grows while others read it.
            Sentence(tuple(f"w{number}" for number in rng.integers(0, 3000, rng.integers(1, 30))))
            for _ in range(20)
        ]
        for _ in range(64)
    ]
    fresh = NativeTagger.load(folders["crf", "int8"])
    expected = [fresh.predict_labels(batch) for batch in batches]
    with ThreadPoolExecutor(32) as pool:
        assert list(pool.map(tagger.predict_labels, batches)) == expected


def test_words_that_no_memory_holds_are_tagged_all_the_same(folders):
    """The memory keeps 16,384 words, then starts anew."""
    tagger = NativeTagger.load(folders["softmax", "int8"])
    batches = [[Sentence((f"a{start + i}", f"b{i}")) for i in range(9000)] for start in (0, 9000)]
    first = [tagger.predict_labels(batch) for batch in batches]
    assert [tagger.predict_labels(batch) for batch in batches] == first


@pytest.mark.parametrize("name", ["softmax", "crf, bias, calibrated", "plain", "white space"])
@settings(max_examples=40)
@given(batch=st.lists(texts(), max_size=5), threshold=st.sampled_from([0.0, 0.5, 0.9]))
def test_texts_words_and_sentences_have_the_entities_of_the_plain_road(
    name, native, batch, threshold
):
    tagger = native[name, "int8"]
    expected = TextTagger.predict(tagger, batch, threshold=threshold)
    found = tagger.predict(batch, threshold=threshold)
    assert found == expected
    assert [one.text for one in found] == batch
    split = [tagger.sentence(text) for text in batch]
    assert split == [TextTagger.sentence(tagger, text) for text in batch]
    assert tagger.predict(split, threshold=threshold) == expected
    words = [sentence.words for sentence in split]
    assert tagger.predict(words, threshold=threshold) == TextTagger.predict(
        tagger, words, threshold=threshold
    )


@pytest.mark.parametrize("form", ["columns", "json"])
@pytest.mark.parametrize("name", ["softmax", "crf, bias, calibrated", "plain", "white space"])
@settings(max_examples=40)
@given(batch=st.lists(texts(), max_size=5), least=st.sampled_from([0.0, 0.5, 0.9]))
def test_what_is_written_is_what_the_plain_road_writes(name, form, native, batch, least):
    tagger = native[name, "int8"]
    assume(not least or tagger.labels.outside is not None)  # else refused by the command
    expected = TextTagger.tagged_text(tagger, batch, form, min_score=least)
    assert tagger.tagged_text(batch, form, min_score=least) == expected


def test_every_instruction_set_says_the_same(folders, tmp_path):
    names = ("crf", "id-cnn", "hidden layer", "chain")
    used = [folder for (name, _), folder in folders.items() if name in names]
    found = emissions_by_kernel(used, tmp_path)
    assert kernel_path() in found
    expected = found["portable"]
    for values in found.values():
        assert np.abs(values - expected).mean() < 0.002 * np.abs(expected).max()


def test_a_copied_process_tags_on(folders):
    tagger = NativeTagger.load(folders["softmax", "int8"], threads=3)
    expected = tagger.predict_labels([LONG] * 20)
    child = os.fork()
    if child == 0:
        os._exit(0 if tagger.predict_labels([LONG] * 20) == expected else 1)
    assert os.waitpid(child, 0)[1] == 0


def test_only_sequences_of_words_are_taken(native):
    model = native["softmax", "int8"]._model
    for wrong in ("abc", ["abc"], [[1]], [None], 3):
        with pytest.raises(TypeError):
            model.predictions(wrong)
    with pytest.raises(ValueError, match="an empty word"):
        model.predictions([[""]])
    with pytest.raises(TypeError):
        model.text_entities(["a", 1], 0.0)


@pytest.mark.parametrize("name", FILES)
def test_what_is_cut_or_altered_is_refused(name, folders, tmp_path):
    for file in Path(folders["crf", "int8"]).iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    whole = (tmp_path / name).read_bytes()
    for content in (b"", whole[: len(whole) // 2], b"null" if name != "splitting.json" else b"["):
        (tmp_path / name).write_bytes(content)
        write_manifest(tmp_path)
        with pytest.raises(UserError, match="export it again"):
            NativeTagger.load(tmp_path)


def test_arrays_of_another_model_are_refused(folders, tmp_path):
    for name, other in ((NETWORK, "no skip, one layer"), (NETWORK, "id-cnn"), (WEIGHTS, "plain")):
        folder = tmp_path / f"{name}-{other}"
        folder.mkdir()
        for file in Path(folders["crf", "int8"]).iterdir():
            (folder / file.name).write_bytes(file.read_bytes())
        (folder / name).write_bytes((folders[other, "int8"] / name).read_bytes())
        write_manifest(folder)
        with pytest.raises(UserError, match="not an exported tagger"):
            NativeTagger.load(folder)


def test_directions_of_two_widths_are_refused(folders, tmp_path):
    for file in Path(folders["no skip, one layer", "fp32"]).iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    arrays = load_file(tmp_path / NETWORK)
    place = "layers.0.leftward"
    width = 2
    arrays[f"{place}.recurrent"] = np.zeros((4 * width, width), np.float32)
    arrays[f"{place}.input"] = arrays[f"{place}.input"][: 4 * width]
    arrays[f"{place}.bias"] = arrays[f"{place}.bias"][: 4 * width]
    save_file(arrays, tmp_path / NETWORK, metadata={"network": "cnn-lstm"})
    write_manifest(tmp_path)
    with pytest.raises(UserError, match="directions that differ"):
        NativeTagger.load(tmp_path)


def test_it_finds_what_onnx_runtime_finds(folders, native):
    batch = [ODD, LONG, *(Sentence(LONG.words[:length]) for length in range(1, 20))]
    for name in TAGGERS:
        other = Tagger.load(folders[name, "fp32"]).predict_labels(batch)
        own = native[name, "fp32"].predict_labels(batch)
        assert [one.labels for one in own] == [one.labels for one in other]


def test_what_it_is(native):
    tagger = native["softmax", "int8"]
    assert tagger.engine == "native"
    assert tagger.max_words == CONFIG.max_words
    assert tagger.size > 0
    assert repr(tagger).startswith("<NativeTagger: LOC, PER; native; ")
    assert tagger.emissions([]) == []
    assert tagger.predict([]) == []
    assert tagger("") == []
