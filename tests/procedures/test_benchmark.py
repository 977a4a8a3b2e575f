"""`nlp-train benchmark`: what it measures, and what it refuses."""

import json
import shutil
from itertools import chain

import numpy as np
import onnxruntime
import pycrfsuite
import pytest
import torch
from tiny_teacher import tiny_classifier
from torch import nn

from nlp_architect_ext import cli
from nlp_architect_ext.benchmark import random_bert as architectures
from nlp_architect_ext.benchmark.costs import cost
from nlp_architect_ext.benchmark.crfsuite import features, trained_crfsuite
from nlp_architect_ext.benchmark.onnx_bert import bert_graph
from nlp_architect_ext.benchmark.random_bert import random_bert
from nlp_architect_ext.benchmark.scoring import f1_scores
from nlp_architect_ext.benchmark.spacy_ner import trained_ner
from nlp_architect_ext.benchmark.system import System
from nlp_architect_ext.benchmark.systems import Lessons, rival, student_systems
from nlp_architect_ext.benchmark.timing import Timing, batches, compare
from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.progress import listening
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.corpus import Corpus, read_corpus
from nlp_architect_ext.data.vocabulary import Vocabulary
from nlp_architect_ext.evaluation.metrics import score
from nlp_architect_ext.runtime import Tagger
from nlp_architect_ext.runtime.engines import engines
from nlp_architect_ext.runtime.native.availability import missing_kernel
from nlp_architect_ext.taggers.neural import NeuralTagger

TINY = {
    "hidden_size": 16,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 16,
}
SENTENCES = [
    Sentence(("Anna", "met", "Bo", "in", "Oslo", ".")),
    Sentence(("Today",)),
    Sentence(("No", "one")),
]


ENGINES = ["ONNX Runtime"] if missing_kernel() else ["native kernel", "ONNX Runtime"]


def benchmark(*arguments):
    return cli.train(["benchmark", *map(str, arguments)])


@pytest.fixture
def small_bert(monkeypatch):
    """The architecture with a thousandth of its numbers."""
    monkeypatch.setitem(architectures.ARCHITECTURES, "bert-base", TINY)


def test_a_table_data_and_a_picture(model, tmp_path, small_bert, capsys):
    sizes = ["--batch_sizes", 1, 4, "--sentences", 6, "--rounds", 2]
    assert (
        benchmark(
            "--model_dir",
            model,
            "--output_dir",
            tmp_path,
            "--against",
            "bert-base",
            "spacy",
            "crfsuite",
            *sizes,
        )
        == 0
    )
    table = (tmp_path / "benchmark.md").read_text()
    assert table in capsys.readouterr().err
    assert "| ms a sentence, words to entities | batch 1 | batch 4 |" in table
    assert "MB on disk" in table
    assert (tmp_path / "benchmark.png").read_bytes().startswith(b"\x89PNG")
    assert "Words to entities" in (tmp_path / "report.html").read_text("utf-8")
    data = json.loads((tmp_path / "benchmark.json").read_text())
    names = [
        *(f"student, {engine}" for engine in ENGINES),
        "student, torch",
        "bert-base, torch",
        "spaCy's NER component",
        "CRFsuite",
    ]
    assert [system["name"] for system in data["systems"]] == names
    measured = {(timing["system"], timing["batch_size"]) for timing in data["timings"]}
    assert measured == {(name, size) for name in names for size in (1, 4)}
    for timing in data["timings"]:
        for kind in ("rounds", "network", "processor"):
            assert len(timing[kind]) == 2
            assert min(timing[kind]) > 0
    assert "| ms a sentence, the network alone | batch 1 | batch 4 |" in table
    assert data["sentences"] == 6
    assert 20 < data["footprint"]["megabytes"] < 500
    assert not (model / "export").exists()


def test_sentences_of_an_annotation_tool_are_timed(model, tmp_path):
    tasks = [json.dumps({"text": " ".join(one.words), "spans": []}) for one in SENTENCES]
    (tmp_path / "tasks.jsonl").write_text("\n".join(tasks))
    settings = ["--data_file", tmp_path / "tasks.jsonl", "--batch_sizes", 1, "--rounds", 1]
    assert benchmark("--model_dir", model, "--output_dir", tmp_path / "out", *settings) == 0
    assert json.loads((tmp_path / "out" / "benchmark.json").read_text())["sentences"] == 3


def test_an_export_is_measured_without_its_model(model, tmp_path):
    shutil.copytree(model, tmp_path / "model")
    assert (
        cli.train(
            [
                "export",
                "--model_dir",
                str(tmp_path / "model"),
                "--output_dir",
                str(tmp_path / "dist"),
            ]
        )
        == 0
    )
    systems = student_systems(tmp_path / "dist", tmp_path, 1)
    assert [system.name for system in systems] == [f"student, {engine}" for engine in ENGINES]
    size = sum(path.stat().st_size for path in (tmp_path / "dist").iterdir())
    assert {system.bytes for system in systems} == {size}


def test_another_student_is_measured_as_its_export(model, tmp_path):
    labels, vocabulary = LabelSet.for_types(["PER", "LOC"]), Vocabulary.build(SENTENCES)
    shutil.copytree(model, tmp_path / "other")
    before = sorted((tmp_path / "other").rglob("*"))
    made = rival(str(tmp_path / "other"), labels, vocabulary, 1)
    assert sorted((tmp_path / "other").rglob("*")) == before
    assert cli.train(["export", "--model_dir", str(tmp_path / "other")]) == 0
    found = rival(str(tmp_path / "other"), labels, vocabulary, 1)
    assert made.name == found.name == f"other, {ENGINES[0]}"
    assert found.bytes == sum(
        path.stat().st_size for path in (tmp_path / "other" / "export").iterdir()
    )
    by_hand = engines(tmp_path / "other" / "export")[0].load(tmp_path / "other" / "export")
    assert made.tag(SENTENCES) == found.tag(SENTENCES) == by_hand.predict(SENTENCES)


def test_every_system_finds_entities_of_each_sentence(model, tmp_path, small_bert):
    labels = LabelSet.for_types(["PER", "LOC"])
    vocabulary = Vocabulary.build(SENTENCES)
    rivals = [
        rival(name, labels, vocabulary, 1) for name in ("bert-base", "bert-base:int8", "spacy")
    ]
    for system in (*student_systems(model, tmp_path, 1), *rivals):
        assert len(system.tag(SENTENCES)) == 3, system.name
        assert system.network(SENTENCES)() is not None, system.name
    assert rivals[0].parameters > 0


def test_a_trained_transformer_is_measured_in_int8_too(transformer):
    labels, vocabulary = LabelSet.for_types(["PER", "LOC"]), Vocabulary.build(SENTENCES)
    whole, rounded = (
        rival(f"{transformer}{form}", labels, vocabulary, 1) for form in ("", ":int8")
    )
    assert rounded.name == whole.name.replace("torch", "ONNX Runtime int8")
    assert rounded.bytes < whole.bytes
    assert rounded.parameters == whole.parameters
    assert whole.label is not None
    assert rounded.label is not None
    found, expected = rounded.label(SENTENCES), whole.label(SENTENCES)
    pairs = list(zip(chain(*found), chain(*expected), strict=True))
    # Weights that have hardly been trained leave some words in doubt.
    assert sum(one == other for one, other in pairs) > len(pairs) / 2


def test_a_transformer_that_cannot_be_rounded_is_refused(tmp_path):
    labels, vocabulary = LabelSet.for_types(["PER"]), Vocabulary.build(SENTENCES)
    tiny_classifier(tmp_path, vocabulary.words, labels.names, "bytes")
    with pytest.raises(UserError, match="is a RobertaForTokenClassification"):
        rival(f"{tmp_path}:int8", labels, vocabulary, 1)


def test_transformers_are_timed_in_float32_even_where_bfloat16_is_faster(
    transformer, small_bert, monkeypatch
):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"amx_bf16": True})
    labels, vocabulary, kinds = (
        LabelSet.for_types(["PER", "LOC"]),
        Vocabulary.build(SENTENCES),
        set(),
    )
    handle = nn.modules.module.register_module_forward_hook(
        lambda *call: kinds.add(getattr(call[2], "dtype", None))
    )
    for name in ("bert-base", str(transformer)):
        rival(name, labels, vocabulary, 1).tag(SENTENCES)
    handle.remove()
    assert torch.float32 in kinds
    assert torch.bfloat16 not in kinds


def test_the_network_alone_gives_what_the_whole_tagger_is_given(model, tmp_path):
    tagger = Tagger.load(student_systems(model, tmp_path, 1) and tmp_path / "export")
    alone = [scores for batch in tagger.network(SENTENCES, 2)() for scores in batch]
    for one, other in zip(alone, sorted(tagger.emissions(SENTENCES, 2), key=len), strict=True):
        np.testing.assert_array_equal(one[: len(other)], other)


def test_bert_as_onnx_is_bert(small_bert):
    torch.manual_seed(0)
    model, _ = random_bert("bert-base", 5, Vocabulary.build(SENTENCES))
    for parameter in model.parameters():
        parameter.data += torch.randn_like(parameter) / 5  # biases and norms aren't as they begin
    session = onnxruntime.InferenceSession(bert_graph(model).SerializeToString())
    for shape in ((1, 1), (2, 7), (3, 12)):
        ids, mask = torch.randint(0, 10, shape), torch.ones(shape, dtype=torch.long)
        mask[-1, shape[1] // 2 + 1 :] = 0
        with torch.no_grad():
            expected = model(input_ids=ids, attention_mask=mask).logits[mask == 1]
        (found,) = session.run(None, {"input_ids": ids.numpy(), "attention_mask": mask.numpy()})
        np.testing.assert_allclose(found[mask.numpy() == 1], expected, atol=1e-4)


def test_systems_take_turns_on_the_same_batches():
    calls = []

    def system(name):
        def tag(batch):
            calls.append((name, [len(sentence) for sentence in batch]))

        return System(
            name,
            tag,
            lambda batch: lambda: calls.append((f"{name}, alone", [len(s) for s in batch])),
        )

    timings = compare([system("a"), system("b")], SENTENCES, 2, 3, lambda line: None)
    counts = [
        (one.system, one.batch_size, len(one.rounds), len(one.network), len(one.processor))
        for one in timings
    ]
    assert counts == [("a", 2, 3, 3, 3), ("b", 2, 3, 3, 3)]
    turns = [
        name for place, (name, _) in enumerate(calls) if place == 0 or calls[place - 1][0] != name
    ]
    assert turns == ["a", "a, alone", "b", "b, alone"] * 4  # one round to warm up
    assert {tuple(lengths) for _, lengths in calls} == {(1, 2), (6,)}
    assert Timing("a", 1, (3.0, 1.0, 2.0), (1.0,), (1.0,)).milliseconds == 2.0


def test_f1_stands_beside_speed_and_is_that_of_the_scorer(
    model, data, tmp_path, small_bert, capsys
):
    exported, dist = tmp_path / "own", tmp_path / "dist"
    shutil.copytree(model, exported)
    assert cli.train(["export", "--model_dir", str(exported), "--output_dir", str(dist)]) == 0
    settings = ["--data_file", data / "test.txt", "--batch_sizes", 2, "--rounds", 1]
    against = ["--against", "spacy", "bert-base", "crfsuite", "--sentences", 4]
    place = ["--model_dir", exported, "--output_dir", tmp_path / "out", "--watts", 20]
    assert benchmark(*place, *settings, *against) == 0
    said = capsys.readouterr().err
    found = json.loads((tmp_path / "out" / "benchmark.json").read_text())
    f1 = {system["name"]: system["f1"] for system in found["systems"]}
    corpus = read_corpus(data)
    gold = corpus.test
    assert found["scored_sentences"] == len(gold) > 4

    def right(predicted):
        return score([one.labels for one in gold], predicted, corpus.labels)["f1"]

    taggers = {engine.name: engine.load(dist) for engine in engines(dist)}
    assert list(taggers) == ENGINES
    for name, tagger in {**taggers, "torch": NeuralTagger.load(model)}.items():
        labels = [one.labels for one in tagger.predict_labels(gold)]
        assert f1[f"student, {name}"] == right(labels)
    (tmp_path / "crf").write_bytes(trained_crfsuite(corpus.train))
    crf = pycrfsuite.Tagger()
    crf.open(str(tmp_path / "crf"))
    assert f1["CRFsuite"] == right([crf.tag(features(one)) for one in gold]) > 0.3
    assert f1["spaCy's NER component"] > 0.3
    assert f1["bert-base, torch"] is None
    sentences = f"trained on the student's {len(corpus.train)} sentences, for 5 minutes at most"
    assert f"spaCy's NER is {sentences}" in said
    assert f"CRFsuite is {sentences}" in said
    table = (tmp_path / "out" / "benchmark.md").read_text()
    assert f"| {100 * f1['CRFsuite']:.2f} | - |" in table
    row = next(line for line in table.splitlines() if line.startswith("| bert-base, torch |"))
    assert row.split(" | ")[2] == "-"
    for part in ("10⁹ words", "core-hours", "20 W each"):
        assert part in table
    report = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert "A thousand million words" in report
    assert "20 W each" in report
    for one in found["costs"]:
        assert one["watt_hours"] == pytest.approx(20 * one["core_hours"])


def test_without_the_sentences_of_training_spacy_is_timed_and_crfsuite_refused(
    model, tmp_path, small_bert, capsys
):
    shutil.copytree(model, tmp_path / "own")
    run = json.loads((tmp_path / "own" / "run.json").read_text())
    run |= {"data_dir": "gone", "data_dir_absolute": "gone"}
    (tmp_path / "own" / "run.json").write_text(json.dumps(run))
    (tmp_path / "text.jsonl").write_text(json.dumps({"text": "Anna met Bo", "spans": []}))
    place = ["--model_dir", tmp_path / "own", "--output_dir", tmp_path / "out"]
    settings = ["--data_file", tmp_path / "text.jsonl", "--batch_sizes", 1, "--rounds", 1]
    assert benchmark(*place, *settings, "--against", "crfsuite") == 2
    assert "crfsuite: has nothing to learn from" in capsys.readouterr().err
    assert benchmark(*place, *settings, "--against", "spacy") == 0
    assert "spaCy's NER has random weights, so no F1" in capsys.readouterr().err
    found = json.loads((tmp_path / "out" / "benchmark.json").read_text())
    assert [one["name"] for one in found["systems"]][-1] == "spaCy's NER component, random weights"
    assert {one["f1"] for one in found["systems"]} == {None}


def test_training_a_rival_ends_when_its_time_is_over_and_shows_how_far_it_is(data):
    corpus = read_corpus(data)
    seen = []
    with listening(seen.append):
        short = trained_crfsuite(corpus.train, seconds=0)
        assert {one.done for one in seen} == {1}  # it gives up, and begins again for as long
        whole = trained_crfsuite(corpus.train)
        trained_ner(corpus, 1, seconds=0)
    assert 0 < len(short) != len(whole)
    iterations = [one.done for one in seen if one.label == "training CRFsuite"]
    assert 3 < max(iterations) <= 100
    assert [one.done for one in seen if one.label == "training spaCy's NER"] == [1]


def test_crfsuite_learns_what_it_is_given_and_knows_neighbours():
    row = features(Sentence(("In", "Oslo")))
    assert [len(one) for one in row] == [len(row[0])] * 2
    assert {"-1:none", "0:word=in", "0:suffix=In", "1:word=oslo", "1:title=True"} <= set(row[0])
    labelled = [
        Sentence(("Anna", "sleeps"), ("B-PER", "O")),
        Sentence(("Oslo", "sleeps"), ("B-LOC", "O")),
    ] * 10
    labels = LabelSet.for_types(["PER", "LOC"])
    lessons = Lessons(Corpus(labelled, None, None, [], labels, "IOB2"))
    for name in ("crfsuite", "spacy"):
        system = rival(name, labels, Vocabulary.build(labelled), 1, lessons)
        assert list(map(tuple, system.label(labelled))) == [one.labels for one in labelled]
        assert len(system.tag(labelled[:2])) == 2
        assert system.network(labelled[:2])() is not None


def test_plain_labels_are_learnt_and_scored_as_such():
    labelled = [Sentence(("Anna", "sleeps"), ("NOUN", "VERB"))] * 20
    labels = LabelSet.plain(["NOUN", "VERB"])
    lessons = Lessons(Corpus(labelled, labelled, None, [], labels, "plain"))
    for name in ("crfsuite", "spacy"):
        system = rival(name, labels, Vocabulary.build(labelled), 1, lessons)
        assert f1_scores([system], labelled, labels) == {system.name: 1.0}
        assert f1_scores([system], labelled, LabelSet.for_types(["PER"])) == {}
        assert f1_scores([system], [], labels) == {}


def test_a_thousand_million_words_cost_what_the_cheapest_batch_size_takes():
    dear = Timing("a", 1, (1.0,), (1.0,), (9.0, 10.0, 11.0))
    cheap = Timing("a", 8, (7.0,), (1.0,), (3.6, 3.6, 90.0))
    found = cost([dear, cheap], words=20.0, watts=10.0)
    # 10⁹ words are 5 · 10⁷ sentences, and 1.8 · 10⁸ milliseconds
    assert (found.system, found.batch_size) == ("a", 8)
    assert found.core_hours == pytest.approx(50.0)
    assert found.watt_hours == pytest.approx(500.0)


def test_batches_hold_everything_once_by_length():
    parts = batches([Sentence(("x",) * size) for size in (5, 1, 4, 2, 3)], 2)
    assert [[len(sentence) for sentence in part] for part in parts] == [[1, 2], [3, 4], [5]]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--against", "no-such-model"], "no-such-model"),
        (["--against", "spacy", "spacy"], "'spacy' is there twice"),
        (
            ["--against", "{folder}/a/model", "{folder}/b/model"],
            f"'model, {ENGINES[0]}' is there twice",
        ),
        (["--data_file", "{folder}/none.txt"], "none.txt: can't be read"),
        (["--output_dir", "{model}"], "holds a model"),
        (["--output_dir", "{folder}/file"], "is a file"),
        (["--output_dir", "{folder}/old"], "holds an earlier benchmark"),
        (["--batch_sizes", "0"], "batch_sizes"),
    ],
)
def test_bad_input_ends_in_one_line(model, tmp_path, monkeypatch, capsys, arguments, said):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    (tmp_path / "file").touch()
    for place in ("a", "b"):
        shutil.copytree(model, tmp_path / place / "model")
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "benchmark.md").touch()
    given = [argument.format(folder=tmp_path, model=model) for argument in arguments]
    try:
        code = benchmark("--model_dir", model, "--output_dir", tmp_path / "out", *given)
    except SystemExit as end:
        code = end.code
    lines = capsys.readouterr().err.strip().splitlines()
    assert (code, len(lines)) == (2, 1), lines
    assert said in lines[0]
    assert not (tmp_path / "out").exists()
