"""`nlp-train annotate_next`, and the same choice at the end of a training run."""

import json

import pytest

from nlp_architect_ext import cli
from nlp_architect_ext.core.manifest import MANIFEST
from nlp_architect_ext.data.formats.columns import read_columns

QUEUE = ("annotate_next.txt", "annotate_next.conll", "annotate_next_reasons.jsonl")


def call(model, output, *arguments):
    places = ["--model_dir", model, "--output_dir", output, "--threads", 1, "--device", "cpu"]
    return cli.train(["annotate_next", *map(str, [*places, *arguments])])


def rows(folder):
    """Uncertainty and sentence of each line."""
    lines = (folder / QUEUE[0]).read_text(encoding="utf-8").splitlines()
    return [(float(line.split("\t")[0]), line.split("\t")[1]) for line in lines]


def labelled(data):
    return {
        " ".join(one.words)
        for name in ("train", "dev")
        for one in read_columns(data / f"{name}.txt")
    }


@pytest.fixture(scope="module")
def pool(data, tmp_path_factory):
    """Unlabelled sentences, labelled ones among them, each twice."""
    path = tmp_path_factory.mktemp("pool") / "pool.txt"
    raw = (data / "unlabeled.txt").read_text(encoding="utf-8").splitlines()
    train = [" ".join(one.words) for one in read_columns(data / "train.txt")]
    path.write_text("\n".join([*raw, *train, *raw, *train]) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("rule", ["least-confidence", "margin", "entropy", "total-entropy"])
def test_within_the_budget_new_sentences_once_with_their_reasons(model, data, pool, tmp_path, rule):
    budget = ("--annotate_words", 40, "--annotate_sentences", 6)
    assert call(model, tmp_path, "--pool_file", pool, "--annotate_by", rule, *budget) == 0
    texts = [text for _, text in rows(tmp_path)]
    assert 0 < len(texts) == len(set(texts)) <= 6
    assert sum(len(text.split()) for text in texts) <= 40
    assert not set(texts) & labelled(data)
    assert set(texts) < set(pool.read_text(encoding="utf-8").splitlines())
    tagged = list(read_columns(tmp_path / QUEUE[1]))
    assert [" ".join(one.words) for one in tagged] == texts
    reasons = [json.loads(line) for line in (tmp_path / QUEUE[2]).open(encoding="utf-8")]
    assert [one["text"] for one in reasons] == texts
    assert {one["rule"] for one in reasons} == {rule}
    for one, sentence in zip(reasons, tagged, strict=True):
        for told in one["doubtful"]:
            assert sentence.words[told["place"]] == told["word"]
            assert sentence.labels[told["place"]] == told["tag"]


def test_without_diversity_the_most_uncertain_come_first(model, pool, tmp_path):
    assert call(model, tmp_path, "--pool_file", pool, "--no_annotate_diverse") == 0
    found = [value for value, _ in rows(tmp_path)]
    assert found == sorted(found, reverse=True)


def test_a_teacher_disagrees_and_its_answers_are_stored(model, transformer, pool, tmp_path, capsys):
    flags = ["--pool_file", pool, "--annotate_by", "disagreement"]
    flags += ["--teacher", transformer, "--soft_labels_dir", tmp_path / "store"]
    assert call(model, tmp_path / "one", *flags) == 0
    stored = {path: path.stat().st_mtime_ns for path in (tmp_path / "store").rglob("*")}
    assert stored
    assert call(model, tmp_path / "two", *flags) == 0
    assert {path: path.stat().st_mtime_ns for path in stored} == stored
    assert rows(tmp_path / "one") == rows(tmp_path / "two")
    assert all(0 <= value <= 1 for value, _ in rows(tmp_path / "one"))


def test_what_is_corrected_is_labelled_data_of_the_same_format(model, pool, data, tmp_path):
    """Round trip: the queue of a tagger that was trained on JSON Lines."""
    folder, out = tmp_path / "data", tmp_path / "out"
    for name in ("train", "dev"):
        place = ["convert", data / f"{name}.txt", folder / f"{name}.jsonl", "--to", "doccano"]
        folder.mkdir(exist_ok=True)
        assert cli.train([*map(str, place)]) == 0
    (folder / "student.json").write_text(json.dumps({"word_width": 8, "character_filters": 8}))
    places = ["--data_dir", folder, "--train_filename", "train.jsonl", "--output_dir", out]
    places += ["--dev_filename", "dev.jsonl", "--config_file", folder / "student.json"]
    small = ["-e", 1, "--min_epoch_steps", 1, "--tokenizer", "whitespace", "--threads", 1]
    assert cli.train(["tagger", *map(str, [*places, *small])]) == 0
    assert call(out, tmp_path / "queue", "--pool_file", pool, "--annotate_sentences", 5) == 0
    documents = [json.loads(line) for line in (tmp_path / "queue" / "annotate_next.jsonl").open()]
    assert [one["text"] for one in documents] == [text for _, text in rows(tmp_path / "queue")]
    assert {one["rule"] for one in documents} == {"least-confidence"}
    assert all(set(one["doubtful"].split(", ")) <= set(one["text"].split()) for one in documents)
    more = ["--train_filename", tmp_path / "queue" / "annotate_next.jsonl", "--data_dir", folder]
    assert cli.train(["inspect", *map(str, more), "--output_dir", str(tmp_path / "seen")]) == 0


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--annotate_by", "disagreement"], "no teacher to disagree with"),
        (["--pool_file", "{here}/none.txt"], "none.txt"),
        (["--pool_file", "{here}/empty.txt"], "no sentence"),
        (["--model_dir", "{here}"], MANIFEST),
        (["--teacher", "{here}"], "{here}"),
        (["--output_dir", "{model}"], "no queue wrote"),
        (["--output_dir", "{model}", "--overwrite_output_dir"], "no queue wrote"),
    ],
)
def test_what_cannot_be_used_ends_in_one_line(model, pool, tmp_path, capsys, flags, said):
    (tmp_path / "empty.txt").write_text("")
    before = sorted(path.name for path in model.iterdir())
    words = [one.format(here=tmp_path, model=model) for one in flags]
    assert call(model, tmp_path / "out", "--pool_file", pool, *words) == 2
    assert said.format(here=tmp_path) in capsys.readouterr().err.strip().splitlines()[-1]
    assert not (tmp_path / "out").exists()
    assert sorted(path.name for path in model.iterdir()) == before


def test_an_earlier_queue_stays_unless_it_shall_be_replaced(model, pool, tmp_path, capsys):
    few, more = ("--annotate_sentences", 2), ("--annotate_sentences", 3)
    assert call(model, tmp_path, "--pool_file", pool, *few) == 0
    assert call(model, tmp_path, "--pool_file", pool, *more) == 2
    assert "holds an earlier queue" in capsys.readouterr().err
    assert len(rows(tmp_path)) == 2
    assert call(model, tmp_path, "--pool_file", pool, *more, "--overwrite_output_dir") == 0
    assert len(rows(tmp_path)) == 3
    assert {path.name for path in tmp_path.iterdir()} == set(QUEUE)


def test_training_takes_the_same_flags(data, model, tmp_path, capsys):
    (tmp_path / "student.json").write_text(json.dumps({"word_width": 8, "character_filters": 8}))
    places = ["--data_dir", data, "--config_file", tmp_path / "student.json", "--threads", 1]
    small = ["-e", 1, "--min_epoch_steps", 1, "--tokenizer", "whitespace"]
    flags = [*map(str, [*places, *small]), "--annotate_sentences", "4"]
    by = ["--annotate_by", "disagreement"]
    taught = ["tagger_kd_pseudo", "--teacher", str(model), "--output_dir", str(tmp_path / "out")]
    assert cli.train([*taught, *flags, *by]) == 0
    assert len(rows(tmp_path / "out")) == 4
    sealed = json.loads((tmp_path / "out" / MANIFEST).read_text())["sha256"]
    assert set(QUEUE) <= sealed.keys()
    assert cli.train(["tagger_cvt", *flags, *by, "--output_dir", str(tmp_path / "other")]) == 2
    assert "no teacher to disagree with" in capsys.readouterr().err
    assert not (tmp_path / "other").exists()
