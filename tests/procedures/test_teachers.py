"""Teachers of every kind in the commands: alone, beside a transformer, refused, continued."""

import json
import shutil
from pathlib import Path

import pytest
import spacy
from corpora import PEOPLE, PLACES, write_corpus
from tiny_teacher import tiny_classifier

from nlp_architect_ext import cli
from nlp_architect_ext.taggers.neural import NeuralTagger
from nlp_architect_ext.teachers.span_teacher import SpanTeacher

SMALL = ["--tokenizer", "whitespace", "--threads", "1", "-b", "8", "--min_epoch_steps", "1"]
STUDENT = {"word_width": 16, "character_filters": 16, "lstm_width": 16, "dropout": 0.1}
MAP = {"PERSON": "PER", "GPE": "LOC"}


@pytest.fixture(scope="module")
def files(tmp_path_factory, data):
    """One teacher of each kind, of everything that the data's templates can hold."""
    folder = tmp_path_factory.mktemp("teachers")
    (folder / "student.json").write_text(json.dumps(STUDENT))
    (folder / "map.json").write_text(json.dumps(MAP))
    names = [f"PER\t{name}\n" for name in PEOPLE[:6]] + [f"LOC\t{name}\n" for name in PLACES[:6]]
    (folder / "names.txt").write_text("".join(names))
    rules = [{"label": "LOC", "pattern": [{"TEXT": {"IN": ["Kyoto", "Bern"]}}]}]
    rules += [{"label": "PER", "pattern": name} for name in PEOPLE[6:]]
    (folder / "rules.jsonl").write_text("\n".join(map(json.dumps, rules)))
    nlp = spacy.blank("en")
    ruler = nlp.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": "PERSON", "pattern": name} for name in PEOPLE])
    ruler.add_patterns([{"label": "GPE", "pattern": name} for name in PLACES])
    nlp.to_disk(folder / "pipeline")
    texts = (data / "unlabeled.txt").read_text().splitlines()
    records = [
        {
            "text": doc.text,
            "entities": [
                {"entity_group": MAP[one.label_], "score": 0.9, "word": one.text}
                | {"start": one.start_char, "end": one.end_char}
                for one in doc.ents
            ],
        }
        for doc in nlp.pipe(texts[:40])
    ]
    (folder / "said.jsonl").write_text("\n".join(map(json.dumps, records)))
    return folder


@pytest.fixture(scope="module")
def run(files, data):
    """Run a training command in this process; returns its exit code."""

    def call(output, *arguments, command="tagger_kd_pseudo", folder=data):
        places = ["--data_dir", folder, "--output_dir", output]
        student = ["--config_file", files / "student.json"]
        return cli.train([command, *SMALL, *map(str, [*places, *student, *arguments])])

    return call


def metrics(folder):
    return json.loads((folder / "metrics.json").read_text())


def test_the_first_day_lists_and_rules_alone(run, files, tmp_path, capsys):
    """Ten labelled sentences, a list and a few rules."""
    folder = write_corpus(tmp_path / "data", train=10)
    names, rules = f"names:{files}/names.txt", f"rules:{files}/rules.jsonl"
    learning = ["-e", 12, "--lr", 0.02, "--min_epoch_steps", 20]
    both = ["--teacher", names, "--teacher", rules, *learning]
    assert run(tmp_path / "out", *both, folder=folder) == 0
    assert f"teacher {names}: an opinion of" in capsys.readouterr().err
    found = metrics(tmp_path / "out")
    assert [one["name"] for one in found["teachers"]] == [names, rules]
    for one in found["teachers"]:
        assert 0 < one["words"] < 0.5 < one["precision"] == one["marked_precision"] == 1
        assert 0 < one["sentences"] < 1
    assert found["teacher"]["test"]["precision"] == 1
    assert found["parameters"]["teacher"] == 0
    assert found["test"]["f1"] > 0.6
    config = json.loads((tmp_path / "out" / "config.json").read_text())
    assert [one["name"] for one in config["teachers"]] == [names, rules]
    assert "names:names.txt" in (tmp_path / "out" / "README.md").read_text()
    assert str(files) not in (tmp_path / "out" / "README.md").read_text()
    assert NeuralTagger.load(tmp_path / "out")("Anna lives in Oslo .")


def test_nothing_labelled_at_all(run, files, data, tmp_path, capsys):
    """The labels are those that the teachers know; test is scored, nothing picks an epoch."""
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copy(data / "unlabeled.txt", folder / "pool.txt")
    shutil.copy(data / "test.txt", folder / "test.txt")
    both = ["--teacher", f"names:{files}/names.txt", "--teacher", f"rules:{files}/rules.jsonl"]
    both += ["--unlabeled_filename", "pool.txt", "--resume"]
    learning = ["-e", 12, "--lr", 0.02, "--min_epoch_steps", 20]
    assert run(tmp_path / "out", *both, *learning, "--dry_run", folder=folder) == 0
    assert run(tmp_path / "out", *both, *learning, folder=folder) == 0
    said = capsys.readouterr().err
    assert "no train set" in said
    assert "no dev sentences: the last epoch is kept" in said
    found = metrics(tmp_path / "out")
    assert found["sentences"]["labelled"] == 0
    assert found["test"]["f1"] > 0.8
    tagger = NeuralTagger.load(tmp_path / "out")
    assert tagger.labels.types == ("LOC", "PER")
    assert all(one["weight"] > 0 for one in found["teachers"])


def test_nothing_labelled_and_no_raw_text(run, files, data, tmp_path, capsys):
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copy(data / "test.txt", folder)
    teacher = ["--teacher", f"names:{files}/names.txt"]
    assert run(tmp_path / "out", *teacher, command="tagger_kd", folder=folder) == 2
    assert run(tmp_path / "out", *teacher, folder=folder) == 2
    said = capsys.readouterr().err.strip().splitlines()
    assert "train.txt" in said[0]
    assert "unlabeled.txt" in said[1]
    assert len(said) == 2


def test_nothing_labelled_and_no_teacher_that_knows_labels(run, encoder, data, tmp_path, capsys):
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copy(data / "unlabeled.txt", folder)
    assert run(tmp_path / "out", "--teacher", encoder, folder=folder) == 2
    said = capsys.readouterr().err
    assert "knows no labels, and nothing is labelled" in said
    assert len(said.strip().splitlines()) == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("name", "further"),
    [
        ("spacy:{}/pipeline", ["--label_map", "{}/map.json"]),
        ("predictions:{}/said.jsonl", []),
    ],
)
@pytest.mark.parametrize("command", ["tagger_kd_pseudo", "tagger_kd_cvt"])
def test_other_systems_teach(run, files, tmp_path, name, further, command):
    given = ["--teacher", name.format(files), *(one.format(files) for one in further), "-e", 2]
    assert run(tmp_path / "out", *given, command=command) == 0
    (found,) = metrics(tmp_path / "out")["teachers"]
    if name.startswith("spacy"):
        assert found["words"] == found["precision"] == 1
    else:
        assert 0 < found["sentences"] < 1


def test_lists_beside_an_encoder_that_gives_the_word_vectors(run, files, encoder, tmp_path, capsys):
    names = f"names:{files}/names.txt"
    both = ["--teacher", names, "--teacher", encoder, "--teacher_min_steps", 5]
    tuning = ["--teacher_epochs", 1, "--teacher_learning_rate", 3e-3]
    assert run(tmp_path / "dry", *both, *tuning, "-e", 1, "--dry_run") == 0
    said = capsys.readouterr().err
    assert f"teacher {names}: used as it is; labels" in said
    assert f"teacher {encoder}: " in said
    assert not (tmp_path / "dry").exists()
    assert run(tmp_path / "out", *both, *tuning, "-e", 1) == 0
    found = metrics(tmp_path / "out")
    assert found["operations"]["word vectors"] > 0
    assert found["teachers"][1]["words"] == 1
    assert (tmp_path / "out" / "teacher" / "2").is_dir()
    assert not (tmp_path / "out" / "teacher" / "1").exists()


def test_a_classifier_with_other_labels_needs_a_map(run, files, tmp_path, capsys):
    own = ["O", "B-PERSON", "I-PERSON", "B-GPE", "I-GPE"]
    teacher = tiny_classifier(tmp_path / "teacher", [*PEOPLE, *PLACES], own)
    given = ["--teacher", f"transformer:{teacher}", "--word_encoder", "none", "-e", 1]
    assert run(tmp_path / "out", *given) == 2
    assert "its labels are O B-PERSON" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    assert run(tmp_path / "out", *given, "--label_map", files / "map.json") == 0
    assert metrics(tmp_path / "out")["teachers"][0]["words"] == 1


def test_answers_are_stored_by_a_command_and_read_by_another(
    run, files, data, tmp_path, monkeypatch
):
    names = ["--teacher", f"names:{files}/names.txt", "--teacher", f"rules:{files}/rules.jsonl"]
    places = ["--data_dir", str(data), "--soft_labels_dir", str(tmp_path / "store")]
    assert cli.train(["soft_labels", *places, *names, *SMALL[:4]]) == 0
    assert len(list((tmp_path / "store").iterdir())) == 2

    def no_search(self, sentences):
        raise AssertionError("the teacher was asked again")

    monkeypatch.setattr(SpanTeacher, "logits", no_search)
    store = ["--soft_labels_dir", tmp_path / "store"]
    assert run(tmp_path / "out", *names, *store, "-e", 1) == 0


def test_a_run_goes_on_only_with_the_same_list(run, files, tmp_path, capsys):
    names = shutil.copy(files / "names.txt", tmp_path / "names.txt")
    given = ["--teacher", f"names:{names}", "-e", 1]
    assert run(tmp_path / "out", *given) == 0
    assert run(tmp_path / "out", *given, "--resume") == 0
    with Path(names).open("a") as file:
        file.write("PER\tZoe\n")
    assert run(tmp_path / "out", *given, "--resume") == 2
    assert "names.txt changed since the run began" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("teacher", "content", "message"),
    [
        ("nmaes:x.txt", None, "teacher 'nmaes': no such name is installed"),
        ("names:x.txt", b"PER\tJos\xe9\n", "x.txt:1: byte 0xe9"),
        ("names:x.txt", b"PERR\tAnna\n", "x.txt:1: type 'PERR' isn't"),
        ("names:x.txt", b"", "x.txt:1: no name"),
        ("rules:x.jsonl", b'{"label": "PER", "patern": "x"}', "x.jsonl:1: unknown key 'patern'"),
        ("predictions:x.txt", b"", "x.txt: no sentence"),
        ("spacy:en_no_such_pipeline", None, "spacy:en_no_such_pipeline: spaCy can't load it"),
    ],
)
def test_mistakes_end_in_one_line_and_write_nothing(
    run, tmp_path, monkeypatch, capsys, teacher, content, message
):
    monkeypatch.chdir(tmp_path)
    if content is not None:
        (tmp_path / teacher.partition(":")[2]).write_bytes(content)
    assert run(tmp_path / "out", "--teacher", teacher, "-e", 1) == 2
    lines = capsys.readouterr().err.splitlines()
    assert [line for line in lines if message in line] == lines[-1:]
    assert not (tmp_path / "out").exists()
