"""What a run tells beside its scores, by the training commands on real files."""

import html
import json

import pytest
from corpora import columns, write_corpus

from nlp_architect_ext import cli
from nlp_architect_ext.data.formats.columns import read_columns
from nlp_architect_ext.evaluation.annotation_choice import NEARLY_SAME
from nlp_architect_ext.taggers.neural import NeuralTagger

SMALL = ["--tokenizer", "whitespace", "--threads", "1", "-b", "8", "--min_epoch_steps", "1"]
TEACHER = ["--teacher_min_steps", "60", "--teacher_epochs", "2", "--teacher_learning_rate", "3e-3"]
FILES = {"dev_predictions.txt", "test_predictions.txt", "reliability.png"}


@pytest.fixture(scope="module")
def run(tmp_path_factory, data):
    """Run a training command in this process; returns the folder."""
    student = tmp_path_factory.mktemp("student") / "student.json"
    student.write_text(json.dumps({"word_width": 16, "character_filters": 16, "lstm_width": 16}))

    def call(command, output, *arguments, folder=data):
        places = [
            "--data_dir",
            str(folder),
            "--output_dir",
            str(output),
            "--config_file",
            str(student),
        ]
        assert cli.train([command, *places, *SMALL, *map(str, arguments)]) == 0
        return output

    return call


@pytest.fixture(scope="module")
def distilled(run, encoder, tmp_path_factory):
    output = tmp_path_factory.mktemp("runs") / "distilled"
    return run("tagger_kd_pseudo", output, "--teacher", encoder, *TEACHER, "-e", 15, "--lr", 0.02)


@pytest.fixture(scope="module")
def supervised(run, tmp_path_factory):
    return run("tagger", tmp_path_factory.mktemp("runs") / "supervised", "-e", 8, "--lr", 0.02)


def read(folder, name):
    return json.loads((folder / name).read_text(encoding="utf-8"))


def blocks(path):
    """Header and sentences of a file of predictions."""
    header, _, body = path.read_text(encoding="utf-8").partition("\n")
    return header, [
        [line.split("\t") for line in block.strip("\n").split("\n")] for block in body.split("\n\n")
    ]


def test_predictions_stand_beside_gold_and_teacher(distilled, data):
    for split in ("dev", "test"):
        header, sentences = blocks(distilled / f"{split}_predictions.txt")
        gold = list(read_columns(data / f"{split}.txt"))
        assert header == "# word\tgold\tteacher\tstudent"
        assert [[row[0] for row in rows] for rows in sentences] == [list(one.words) for one in gold]
        assert [[row[1] for row in rows] for rows in sentences] == [
            list(one.labels) for one in gold
        ]
        tagger, scores = NeuralTagger.load(distilled), read(distilled, "metrics.json")
        predicted = [list(one.labels) for one in tagger.predict_labels(gold)]
        assert [[row[3] for row in rows] for rows in sentences] == predicted
        words = [row for rows in sentences for row in rows]
        agreed = sum(row[2] == row[3] for row in words) / len(words)
        right = sum(row[1] == row[2] for row in words) / len(words)
        assert scores[split]["agreement"]["words"] == round(agreed, 6)
        assert scores["teacher"][split]["accuracy"] == round(right, 6)


def test_without_a_teacher_there_is_no_column_and_no_agreement(supervised):
    assert blocks(supervised / "test_predictions.txt")[0] == "# word\tgold\tstudent"
    assert "agreement" not in read(supervised, "metrics.json")["test"]
    assert not (supervised / "annotate_next.txt").exists()


def test_a_transformer_by_itself_leaves_its_predictions(data, encoder, tmp_path):
    places = [
        "--data_dir",
        str(data),
        "--output_dir",
        str(tmp_path / "out"),
        "--model_name_or_path",
        str(encoder),
    ]
    assert (
        cli.train(["transformer_token", *places, "--num_train_epochs", "1", "--min_steps", "1"])
        == 0
    )
    header, sentences = blocks(tmp_path / "out" / "test_predictions.txt")
    assert header == "# word\tgold\tteacher"
    assert len(sentences) == 15
    assert (tmp_path / "out" / "dev_predictions.txt").exists()


def test_scores_are_calibrated(distilled):
    calibration = read(distilled, "config.json")["calibration"]
    assert calibration.keys() == {"slope", "offset"}
    for split in ("dev", "test"):
        measured = read(distilled, "metrics.json")[split]["calibration"]
        assert measured.keys() == {"ece", "ece_before", "bins"}
        assert 0 <= measured["ece"] <= 1
        assert measured["bins"]
    assert read(distilled, "metrics.json")["dev"]["cross_fitted"] is True
    assert "cross_fitted" not in read(distilled, "metrics.json")["test"]
    assert NeuralTagger.load(distilled).calibration is not None


def test_sentences_to_annotate_next(distilled, data):
    lines = (distilled / "annotate_next.txt").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines]
    pool = set((data / "unlabeled.txt").read_text(encoding="utf-8").splitlines())
    labelled = {
        " ".join(one.words)
        for name in ("train", "dev", "test")
        for one in read_columns(data / f"{name}.txt")
    }
    texts = [text for _, text in rows]
    assert texts
    fit = {text for text in pool - labelled if len(text.split()) >= 4}
    assert set(texts) <= fit
    assert len(texts) == len(set(texts))
    sets = [set(text.lower().split()) for text in texts]
    for text in fit - set(texts):  # only what is nearly the same is left out
        own = set(text.lower().split())
        assert any(len(own & other) >= NEARLY_SAME * len(own | other) for other in sets)
    first = max(float(value) for value, _ in rows)
    assert float(rows[0][0]) == first
    tagged = list(read_columns(distilled / "annotate_next.conll"))
    assert [" ".join(one.words) for one in tagged] == texts
    report = (distilled / "report.html").read_text(encoding="utf-8")
    assert f"{len(fit)} of 60 unlabelled sentences were compared" in report


def test_all_of_it_is_sealed_and_replaced(run, distilled, supervised, tmp_path):
    assert read(distilled, "MANIFEST.json")["sha256"].keys() >= FILES | {
        "annotate_next.txt",
        "annotate_next.conll",
    }
    folder = write_corpus(tmp_path / "data", dev=0, test=0)
    output = run("tagger", tmp_path / "out", "-e", 1)
    assert {path.name for path in output.iterdir()} >= FILES - {"reliability.png"}
    run("tagger", output, "-e", 1, "--overwrite_output_dir", "--dev_fraction", 0, folder=folder)
    assert not {path.name for path in output.iterdir()} & FILES


def test_without_dev_scores_stay_as_they_are_and_the_report_says_so(run, tmp_path):
    output = run(
        "tagger",
        tmp_path / "out",
        "-e",
        25,
        "--lr",
        0.02,
        "--dev_fraction",
        0,
        folder=write_corpus(tmp_path / "data", dev=0),
    )
    assert read(output, "config.json")["calibration"] is None
    measured = read(output, "metrics.json")["test"]["calibration"]
    assert measured["bins"]
    assert measured["ece"] == measured["ece_before"]
    for name in ("report.html", "README.md"):
        text = html.unescape((output / name).read_text(encoding="utf-8"))
        assert "isn't calibrated: there were no dev sentences" in text
    assert (output / "reliability.png").read_bytes().startswith(b"\x89PNG")


def test_without_test_the_report_is_about_dev(run, tmp_path):
    output = run(
        "tagger", tmp_path / "out", "-e", 1, folder=write_corpus(tmp_path / "data", test=0)
    )
    assert "Calibration (dev)</h2>" in (output / "report.html").read_text(encoding="utf-8")
    assert not (output / "test_predictions.txt").exists()


def test_plain_labels_and_words_that_look_like_html(run, tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    rows = [("<b>bold</b>", "NOUN"), ("&amp;", "SYM"), ("runs", "VERB"), (".", "PUNCT")]
    for name in ("train", "dev", "test"):
        (folder / f"{name}.txt").write_text(columns([rows] * 8), encoding="utf-8")
    output = run("tagger", tmp_path / "out", "-e", 2, folder=folder)
    bins = read(output, "metrics.json")["test"]["calibration"]["bins"]
    assert sum(one["count"] for one in bins) == 32
    assert blocks(output / "test_predictions.txt")[1][0][0][:2] == ["<b>bold</b>", "NOUN"]
    assert "<b>" not in (output / "report.html").read_text(encoding="utf-8")
