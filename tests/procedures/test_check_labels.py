"""`nlp-train check_labels`: errors planted in easy data, the user's decisions, and bad ones."""

import gzip
import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from corpora import write_corpus
from hypothesis import given
from hypothesis import strategies as st
from strategies import ENTITY_SCHEMES, tagged_sentences

from nlp_architect_ext import cli
from nlp_architect_ext.core.tags import convert
from nlp_architect_ext.data.corpus import read_corpus
from nlp_architect_ext.data.formats.columns import read_columns
from nlp_architect_ext.runs.relabel import relabel as write_relabelled
from nlp_architect_ext.settings.fields import built
from nlp_architect_ext.settings.label_check import CheckLabelsSettings

STUDENT = {"word_width": 16, "character_filters": 16, "lstm_width": 16, "dropout": 0.1}
FLAGS = (
    "-b 8 -e 12 --lr 0.02 --min_epoch_steps 1 --tokenizer whitespace --threads 1 --folds 3 "
    "--min_score 0.5"
)
# What is planted: words, the labels they have, those they get.
PLANTED = {
    "missed": ("Anna", ["B-PER"], ["O"]),
    "invented": ("train", ["O"], ["B-LOC"]),
    "boundary": ("New York", ["B-LOC", "I-LOC"], ["B-LOC", "O"]),
    "type": ("Oslo", ["B-LOC"], ["B-PER"]),
}


def plant(path):
    """Damage the first sentence that has each; the lines of what was damaged, by kind."""
    rows = [line.split("\t") for line in path.read_text().split("\n")]
    lines = {}
    for kind, (words, old, new) in PLANTED.items():
        before, after = (
            [[word, label] for word, label in zip(words.split(), labels, strict=True)]
            for labels in (old, new)
        )
        places = range(len(rows))
        start = next(place for place in places if rows[place : place + len(old)] == before)
        rows[start : start + len(old)] = after
        lines[kind] = start + 1
    path.write_text("\n".join("\t".join(row) for row in rows))
    return lines


@pytest.fixture(scope="module")
def checked(tmp_path_factory):
    """A folder with damaged data, the command's flags, its result, and what was planted."""
    folder = tmp_path_factory.mktemp("checked")
    write_corpus(folder / "data", train=80, dev=0, test=0, unlabelled=0)
    shutil.copy(folder / "data" / "train.txt", folder / "truth.txt")
    planted = plant(folder / "data" / "train.txt")
    (folder / "student.json").write_text(json.dumps(STUDENT))
    flags = ["--data_dir", str(folder / "data"), "--config_file", str(folder / "student.json")]
    flags += FLAGS.split()
    assert cli.train(["check_labels", *flags, "--output_dir", str(folder / "out")]) == 0
    return folder, flags, planted


def records(folder):
    lines = (folder / "label_errors.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_each_kind_of_error_is_among_the_first(checked):
    folder, _, planted = checked
    found = records(folder / "out")
    assert planted.keys() == PLANTED.keys()
    named = {(one["kind"], one["line"]): one for one in found[:8]}
    for kind, line in planted.items():
        one = named[kind, line]
        words, right, wrong = PLANTED[kind]
        assert one["words"][one["start"] : one["end"]] == words.split()
        assert (one["given"], one["suggested"]) == (wrong, right)
    assert [one["rank"] for one in found] == list(range(1, len(found) + 1))
    assert [one["score"] for one in found] == sorted((one["score"] for one in found), reverse=True)
    assert all(one["score"] >= 0.5 for one in found)


def test_the_text_says_the_same_for_people(checked):
    folder, _, _ = checked
    text = (folder / "out" / "label_errors.txt").read_text()
    for one in records(folder / "out"):
        marked = " ".join(one["words"][one["start"] : one["end"]])
        labels = f"{' '.join(one['given'])} -> {' '.join(one['suggested'])}"
        assert f"{one['rank']}. {one['file']}:{one['line']}: {one['kind']}, " in text
        assert f": {labels}\n" in text
        assert f"[{marked}]" in text
    page = (folder / "out" / "label_errors.html").read_text()
    assert page.count("<li>") == len(records(folder / "out"))


def test_killed_and_resumed_the_list_is_the_same(checked, tmp_path):
    folder, flags, _ = checked
    output = tmp_path / "killed"
    again = ["check_labels", *flags, "--output_dir", str(output), "--resume"]
    code = "import sys; from nlp_architect_ext import cli; sys.exit(cli.train(sys.argv[1:]))"
    call = [sys.executable, "-c", code, *again]
    with subprocess.Popen(call, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while not (output / "folds" / "2" / "checkpoints" / "last.safetensors").exists():
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    first = output / "folds" / "1" / "answers.safetensors"
    written = first.stat().st_mtime_ns
    assert cli.train(again) == 0
    assert first.stat().st_mtime_ns == written
    assert records(output) == records(folder / "out")


def test_a_dry_run_writes_nothing_and_a_finished_run_stays(checked, tmp_path, capsys):
    folder, flags, _ = checked
    dry = ["check_labels", *flags, "--output_dir", str(tmp_path / "dry"), "--dry_run"]
    assert cli.train(dry) == 0
    assert "for each of 3 folds" in capsys.readouterr().err
    assert not (tmp_path / "dry").exists()
    output = ["--output_dir", str(folder / "out")]
    assert cli.train(["check_labels", *flags, *output]) == 2
    assert cli.train(["check_labels", *flags, *output, "--resume"]) == 0
    assert "is finished already" in capsys.readouterr().err


def decide(path, decisions):
    path.write_text("".join(json.dumps(one) + "\n" for one in decisions))
    return path


def relabel(data, decisions, output, *more):
    places = ["--data_dir", data, "--relabel", decisions, "--output_dir", output, *more]
    return cli.train(["check_labels", *map(str, places), "--tokenizer", "whitespace"])


def test_decisions_give_the_truth_back(checked, tmp_path):
    """Suggestions where errors were planted, own labels for one of them, the rest is kept."""
    folder, _, planted = checked
    data = folder / "data"
    before = (data / "train.txt").read_bytes()
    decisions = []
    for one in records(folder / "out"):
        if planted.get(one["kind"]) != one["line"]:
            decisions.append({**one, "decision": "keep"})
        elif one["kind"] == "boundary":
            decisions.append({**one, "labels": ["B-LOC", "I-LOC"]})
        else:
            decisions.append({**one, "decision": "suggested"})
    path = decide(tmp_path / "decisions.jsonl", decisions)
    assert relabel(data, path, tmp_path / "dry", "--dry_run") == 0
    assert not (tmp_path / "dry").exists()
    assert relabel(data, path, tmp_path / "out") == 0
    assert (tmp_path / "out" / "train.txt").read_bytes() == (folder / "truth.txt").read_bytes()
    assert (data / "train.txt").read_bytes() == before
    assert relabel(data, path, tmp_path / "out") == 2
    assert relabel(data, path, tmp_path / "out", "--overwrite_output_dir") == 0


@pytest.mark.parametrize("scheme", ENTITY_SCHEMES)
@pytest.mark.parametrize("packed", [False, True])
def test_files_keep_their_scheme_columns_and_line_ends(scheme, packed, tmp_path):
    labels = ["B-PER", "O", "B-PER", "I-PER"]
    old, new = (convert(one, "IOB2", scheme) for one in (labels, ["B-PER", "B-PER", *labels[2:]]))
    other = "".join(f"x  _ {tag}\r\n" for tag in convert(["B-LOC", "I-LOC"], "IOB2", scheme))

    def content(tags):
        rows = "".join(f"w{place}\t_ \t{tag}\t#\r\n" for place, tag in enumerate(tags))
        start = "\ufeffskip _ _ _\r\n-DOCSTART- _ O\r\n\r\nskip _ _ _\r\n"
        return (start + rows + "\r\n" + other.replace("\r\n", " #\r\n")).encode()

    name = "train.txt.gz" if packed else "train.txt"
    pack = gzip.compress if packed else bytes
    (tmp_path / name).write_bytes(pack(content(old)))
    one = {
        "file": name,
        "sentence_line": 5,
        "words": ["w0", "w1", "w2", "w3"],
        "start": 1,
        "end": 2,
        "given": ["O"],
        "labels": ["B-PER"],
    }
    path = decide(tmp_path / "decisions.jsonl", [one])
    flags = ["--train_filename", name, "--tag_col", -2, "--ignore_token", "skip"]
    assert relabel(tmp_path, path, tmp_path / "out", *flags) == 0
    found = (tmp_path / "out" / name).read_bytes()
    assert (gzip.decompress(found) if packed else found) == content(new)


@given(st.data())
def test_keeping_everything_keeps_every_byte(data):
    scheme = data.draw(st.sampled_from(ENTITY_SCHEMES))
    sentences = data.draw(st.lists(tagged_sentences(scheme), min_size=1, max_size=4))
    end, space = data.draw(st.sampled_from(["\n", "\r\n"])), st.sampled_from([" ", "\t", " \t "])
    text = f"Anna {convert(['B-PER'], 'IOB2', scheme)[0]}{end}"  # a file needs an entity
    for one in sentences:
        text += end + "".join(
            f"{word}{data.draw(space)}{tag}{end}"
            for word, tag in zip(one.words, one.labels, strict=True)
        )
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "train.txt").write_bytes(text.encode())
        decisions = [
            {
                "file": "train.txt",
                "sentence_line": one.line,
                "words": one.words,
                "start": 0,
                "end": len(one.words),
                "given": convert(one.labels, scheme),
                "decision": "keep",
            }
            for one in read_columns(folder / "train.txt")
        ]
        places = {
            "data_dir": name,
            "relabel": str(decide(folder / "d.jsonl", decisions)),
            "output_dir": str(folder / "out"),
            "scheme": scheme,
        }
        write_relabelled(built(CheckLabelsSettings, {**places, "tokenizer": "whitespace"}))
        assert (folder / "out" / "train.txt").read_bytes() == text.encode()


BAD = {
    "no key": ({"words": None}, "'words' is null"),
    "no decision": ({"decision": None}, "no decision"),
    "bad decision": ({"decision": "yes"}, "decision 'yes'"),
    "two decisions": ({"labels": ["O"]}, "both decision and labels"),
    "too few labels": ({"decision": None, "labels": []}, "0 decided for 1 words"),
    "outside": ({"end": 99}, "words 0 to 99 of a sentence of"),
    "other file": ({"file": "dev.txt"}, "is about dev.txt; expected train.txt"),
    "unknown sentence": ({"sentence_line": 2}, "no sentence begins on line 2"),
    "changed text": ({"words": ["Nothing", "happened"]}, "other words, 'Nothing happened'"),
    "changed labels": ({"given": ["B-LOC"]}, "labels given B-LOC; expected B-PER"),
    "unknown label": ({"decision": None, "labels": ["B-X"]}, "label 'B-X'; expected some of: O"),
    "no beginning": ({"decision": None, "labels": ["I-PER"]}, "I-PER at the beginning of the"),
}


@pytest.mark.parametrize(("change", "complaint"), BAD.values(), ids=BAD.keys())
def test_a_bad_decision_is_one_line_and_nothing_is_written(change, complaint, tmp_path, capsys):
    (tmp_path / "train.txt").write_text("Anna\tB-PER\nslept\tO\n")
    good = {
        "file": str(tmp_path / "train.txt"),
        "sentence_line": 1,
        "words": ["Anna", "slept"],
        "start": 0,
        "end": 1,
        "given": ["B-PER"],
        "suggested": ["O"],
        "decision": "keep",
    }
    path = decide(tmp_path / "d.jsonl", [{**good, "start": 1, "end": 2, "given": ["O"]}])
    assert relabel(tmp_path, path, tmp_path / "good") == 0
    with path.open("a") as file:
        file.write(json.dumps({**good, **change}) + "\n")
    assert relabel(tmp_path, path, tmp_path / "out") == 2
    last = capsys.readouterr().err.splitlines()[-1]
    assert f"{path}:2: " in last
    assert complaint in last
    assert "; expected " in last
    assert not (tmp_path / "out").exists()


def test_two_decisions_on_a_word_and_an_empty_file_are_refused(tmp_path, capsys):
    (tmp_path / "train.txt").write_text("Anna\tB-PER\n")
    one = {"file": "train.txt", "sentence_line": 1, "words": ["Anna"], "start": 0, "end": 1}
    one |= {"given": ["B-PER"], "suggested": ["O"], "decision": "keep"}
    path = decide(tmp_path / "d.jsonl", [one, one])
    assert relabel(tmp_path, path, tmp_path / "out") == 2
    assert f"{path}:2: word 0 was decided on in {path}:1" in capsys.readouterr().err
    assert relabel(tmp_path, decide(path, []), tmp_path / "out") == 2
    assert "no decision; expected a line of label_errors.jsonl" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


TEXTS = [
    {"text": "Anna met Bo in Oslo .", "label": [[0, 4, "PER"], [9, 11, "LOC"], [15, 19, "LOC"]]},
    {"text": "Rome !", "label": [[0, 4, "LOC"]]},
]


@pytest.mark.parametrize("form", ["doccano", "prodigy", "label_studio", "conllu", "spacy"])
def test_other_formats_are_written_as_they_were_read(form, tmp_path):
    """All that was marked stays, but for the entity that was decided on."""
    (tmp_path / "texts.jsonl").write_text("".join(json.dumps(one) + "\n" for one in TEXTS))
    source = tmp_path / "train.file"
    assert convert_file(tmp_path / "texts.jsonl", source, "--to", form) == 0
    one = {
        "file": "train.file",
        "words": ["Anna", "met", "Bo", "in", "Oslo", "."],
        "start": 2,
        "end": 3,
        "given": ["B-LOC"],
        "labels": ["B-PER"],
    }
    lines = {sentence.words[0]: sentence.line for sentence in sentences_of(source, form)}
    path = decide(tmp_path / "d.jsonl", [{**one, "sentence_line": lines["Anna"]}])
    flags = ["--train_filename", "train.file", "--format", form]
    assert relabel(tmp_path, path, tmp_path / "out", *flags) == 0
    before, after = (
        [sentence.labels for sentence in sentences_of(file, form)]
        for file in (source, tmp_path / "out" / "train.file")
    )
    assert before[0] == ("B-PER", "O", "B-LOC", "O", "B-LOC", "O")
    assert after == [("B-PER", "O", "B-PER", "O", "B-LOC", "O"), before[1]]


def convert_file(source, target, *more):
    words = ["convert", source, target, "--tokenizer", "whitespace", *more]
    return cli.train(list(map(str, words)))


def sentences_of(path, form):
    corpus = read_corpus(
        path.parent,
        train_filename=path.name,
        dev_filename="",
        test_filename="",
        labelled_format=form,
        tokenizer="whitespace",
    )
    return corpus.train
