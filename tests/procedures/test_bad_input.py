"""What users get wrong, through the real commands: one line, exit code 2, nothing lost."""

import gzip
import io
import json
import os
import shutil
from pathlib import Path

import pytest
from corpora import WORDS, write_corpus
from safetensors.torch import load_file, save_file
from tiny_teacher import tiny_classifier

from nlp_architect_ext import cli
from nlp_architect_ext.core.files import atomic_write_bytes
from nlp_architect_ext.core.manifest import write_manifest

LABELS = ["O", "B-LOC", "I-LOC", "B-PER", "I-PER"]
STUDENT = {"word_width": 8, "character_filters": 8, "lstm_width": 8}
TRAIN = [
    "--tokenizer",
    "whitespace",
    "--threads",
    "1",
    "-b",
    "8",
    "-e",
    "2",
    "--min_epoch_steps",
    "1",
]
GOOD = b"Anna\tB-PER\nmet\tO\nOslo\tB-LOC\n"


def contents(folder):
    """Every file of a folder with its bytes; None where there is no folder."""
    if not folder.exists():
        return None
    return {
        path: path.read_bytes() if path.is_file() else None for path in sorted(folder.rglob("*"))
    }


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    """Data, arguments and a teacher that tests only read, and finished runs that they copy."""
    folder = tmp_path_factory.mktemp("places")
    write_corpus(folder / "data", train=12, dev=4, test=4, unlabelled=8)
    (folder / "student.json").write_text(json.dumps(STUDENT))
    tiny_classifier(folder / "teacher", WORDS, LABELS)
    for command, more in (("tagger", []), ("tagger_kd", ["--teacher", str(folder / "teacher")])):
        arguments = ["--data_dir", str(folder / "data"), "--output_dir", str(folder / command)]
        assert (
            cli.train(
                [command, *arguments, *TRAIN, "--config_file", str(folder / "student.json"), *more]
            )
            == 0
        )
    return folder


@pytest.fixture
def data(places, tmp_path):
    """A data folder to spoil."""
    shutil.copytree(places / "data", tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture
def refused(capsys):
    """Assert that a command ends as every mistake of a user does, and give its one line."""

    def call(command, *arguments, output):
        before = contents(output)
        capsys.readouterr()
        assert command([str(argument) for argument in arguments]) == 2
        last = capsys.readouterr().err.splitlines()[-1]
        where_wrong, expected, remedy = last.split("; ", 2)
        assert expected.startswith("expected ")
        assert where_wrong
        assert remedy
        assert contents(output) == before
        return last

    return call


@pytest.fixture
def train(places, data, tmp_path, refused):
    """Assert that a training command is refused."""

    def call(*arguments, command="tagger", output=tmp_path / "out"):
        teacher = ["--teacher", places / "teacher"] if command.startswith("tagger_kd") else []
        if command != "transformer_token":
            teacher += [*TRAIN, "--config_file", places / "student.json"]
        return refused(
            cli.train,
            command,
            "--data_dir",
            data,
            "--output_dir",
            output,
            *teacher,
            *arguments,
            output=output,
        )

    return call


@pytest.mark.parametrize("part", ["train", "dev", "test"])
@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"Anna\tB-PER\nmet\tx\tO\n", ":2: 3 columns; expected 2"),
        (b"Anna\nmet\n", ":1: 1 column"),
        (b"Anna\t\n", ":1: 1 column"),
        (b"", ": no sentence"),
        (b"\n \t\n\n", ": no sentence"),
        (b"-DOCSTART- O\n\n", ": no sentence"),
        (b"Anna\tB-PER\nm\xff\tO\n", ":2: byte 0xff at place 2"),
        ("Anna\tB-PER\n".encode("utf-16"), ":1: "),
        ("Anna\tB-PER\n".encode("utf-16-le"), ":1: a NUL byte"),
        (b"Anna\tB-PER\rmet\tO\rOslo\tB-LOC\r", ":1: a carriage return"),
        (b"Anna\tB-PER\nmet\tO\nOslo\tLOC\n", ":3: tag 'LOC'"),
        (b"Anna\tX-PER\nmet\tX-LOC\n", ":1: tag 'X-PER'"),
    ],
)
def test_a_bad_column_file(train, data, part, content, complaint):
    (data / f"{part}.txt").write_bytes(content)
    assert f"{part}.txt{complaint}" in train()


def test_bytes_that_are_no_mistake(places, data, tmp_path):
    (data / "train.txt").write_bytes(
        b"\xef\xbb\xbf" + GOOD.replace(b"\n", b"\r\n").replace(b"\t", b" \t ")
    )
    (data / "dev.txt").write_bytes(
        "👩‍👩‍👧\tO\n\u200b\tO\nשלום\tB-PER\ne\u0301\tO\n10\u00a0000\tO\n".encode()
    )
    (data / "test.txt").write_bytes(("x" * 100_000 + "\tB-PER\n").encode())
    arguments = [
        "--data_dir",
        data,
        "--output_dir",
        tmp_path / "out",
        "--config_file",
        places / "student.json",
    ]
    assert cli.train(["tagger", *map(str, arguments), *TRAIN]) == 0


def test_no_entity(train, data):
    (data / "train.txt").write_bytes(b"nothing\tO\nhere\tO\n")
    assert "train.txt: every tag is 'O'" in train()


@pytest.mark.parametrize("part", ["dev", "test"])
def test_a_label_that_only_one_part_has_and_its_remedy(train, data, places, tmp_path, part):
    (data / f"{part}.txt").write_bytes(b"Oslo\tB-LOC\nAcme\tB-ORG\n")
    assert f"{part}.txt:2: label 'B-ORG' is not in train" in train()
    (data / "labels.txt").write_text("ORG\nPER\nLOC\n")
    arguments = [
        "--data_dir",
        data,
        "--output_dir",
        tmp_path / "out",
        "--config_file",
        places / "student.json",
    ]
    assert cli.train(["tagger", *map(str, arguments), *TRAIN]) == 0


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"PER\n\xff\n", "labels.txt:2: byte 0xff"),
        (b"\n", "labels.txt: no label"),
        (b"PER\nB-LOC\n", "labels.txt:1: 'PER' beside 'B-LOC'"),
        (b"PER\n", "train.txt:"),
    ],
)
def test_a_bad_labels_file(train, data, content, complaint):
    (data / "labels.txt").write_bytes(content)
    assert complaint in train()


@pytest.mark.parametrize(
    ("content", "arguments", "complaint"),
    [
        (b"", [], "unlabeled.txt: no sentence"),
        (b"Anna\n\xff\n", [], "unlabeled.txt:2: byte 0xff"),
        (b"An\0na\n", [], "unlabeled.txt:1: a NUL byte"),
        (GOOD, [], "unlabeled.txt:1: looks like a column file"),
        (
            b"Anna met Emil .\nNothing\n",
            ["--unlabeled_format", "columns"],
            "unlabeled.txt:2: 1 column; expected 4",
        ),
        (None, [], "unlabeled.txt: can't be read"),
    ],
)
def test_bad_unlabelled_text(train, data, content, arguments, complaint):
    (data / "unlabeled.txt").unlink()
    if content is not None:
        (data / "unlabeled.txt").write_bytes(content)
    assert complaint in train(*arguments, command="tagger_kd_pseudo")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--data_dir", "/nowhere"], "/nowhere/train.txt: can't be read"),
        (["--train_filename", "."], "can't be read (Is a directory)"),
        (["--train_filename", "cut.gz"], "cut.gz: damaged"),
        (["--tag_col", "2"], "train.txt:1: 2 columns, so there is no tag in column 2"),
        (["--labeled_size", "0"], "--labeled_size: 0"),
        (["--labeled_size", "13"], "train has 12 sentences"),
        (["--lr", "nan"], "--lr: nan; expected a finite number"),
        (["--lr", "inf"], "--lr: inf; expected a finite number"),
        (["--max_grad_norm", "inf"], "--max_grad_norm: inf"),
        (["--seed", "99999999999999999999"], "--seed: 99999999999999999999; expected at most"),
        (["--threads", "99999999999"], "--threads: 99999999999; expected at most"),
        (["--device", "warp"], "device: 'warp' can't be used"),
        (["--device", "meta"], "device: 'meta' can't be used"),
        (["--model_type", "cnn-lstn"], "'cnn-lstn': no such name is installed"),
        (["--tokenizer", "spacy", "--language", "klingon"], "language 'klingon'"),
        (["--best_result_file", "model.safetensors"], "best_result_file: 'model.safetensors'"),
        (["--best_result_file", "../best.txt"], "best_result_file: '../best.txt'"),
        (["--best_result_file", ""], "best_result_file: ''"),
        (["--output_dir", "/proc/1/comm/out"], "/proc/1/comm: is a file"),
    ],
)
def test_bad_flags(train, data, arguments, complaint):
    (data / "cut.gz").write_bytes(gzip.compress(GOOD)[:-9])
    assert complaint in train(*arguments)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--labeled_ratio", "1"], "--labeled_ratio: 1.0; expected at most 0.9"),
        (["--kd_temp", "0"], "--kd_temp: 0.0"),
        (["--kd_temp", "inf"], "--kd_temp: inf"),
        (["--kd_temp", "1e308"], "--kd_temp: 1e+308; expected at most 1000"),
        (["--data_dir", "d\udcff"], "--data_dir: 'd\\udcff'; expected text that is UTF-8"),
        (["--unlabeled_size", "0"], "--unlabeled_size: 0"),
        (["--teacher_max_seq_len", "1000"], "windows of 1000 word pieces; expected at most 64"),
        (["--teacher", "./nowhere"], "./nowhere: no such folder"),
        (["--soft_labels_dir", __file__], "test_bad_input.py: is a file"),
    ],
)
def test_bad_flags_of_distillation(train, arguments, complaint):
    assert complaint in train(*arguments, command="tagger_kd_pseudo")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("{", "settings.json:1: "),
        ("[1]", "settings.json: holds a list"),
        ("[" * 100_000, "settings.json: maximum recursion depth"),
        ('{"seed": ' + "9" * 5_000 + "}", "settings.json: Exceeds the limit"),
        ('{"lr": NaN}', "settings.json: lr: nan"),
        ('{"lr": 1' + "0" * 400 + "}", "settings.json: lr: inf"),
        ('{"recipe": ["paper"]}', "settings.json: recipe: ['paper']"),
        ('{"dev_filename": "a\\u0000b"}', "settings.json: dev_filename: 'a\\x00b'"),
        ('{"epoch": 3}', "settings.json: unknown setting 'epoch'"),
        ('{"use_crf": "yes"}', "settings.json: use_crf: 'yes'; expected a value of type bool"),
    ],
)
def test_a_bad_settings_file(train, tmp_path, content, complaint):
    (tmp_path / "settings.json").write_text(content)
    assert complaint in train("--config", tmp_path / "settings.json")


@pytest.mark.parametrize(
    ("student", "arguments", "complaint"),
    [
        ("cnn-lstm", '{"word_width": 0}', "division by zero"),
        ("cnn-lstm", '{"word_width": "100"}', "refused"),
        ("cnn-lstm", '{"word_width": 1000000000}', "allocate"),
        ("cnn-lstm", '{"lstm_layers": 1000000000000}', "MemoryError"),
        ("cnn-lstm", '{"character_width": 0}', "refused"),
        ("cnn-lstm", '{"character_filters": 0}', "refused"),
        ("cnn-lstm", '{"lstm_width": -1}', "refused"),
        ("cnn-lstm", '{"dropout": NaN}', "dropout is nan"),
        ("cnn-lstm", '{"width": 1}', "no argument named 'width'; expected some of: word_width"),
        ("id-cnn", '{"filters": 0}', "refused"),
        ("id-cnn", '{"dilations": [1.5]}', "refused"),
    ],
)
def test_bad_arguments_of_a_student(train, tmp_path, student, arguments, complaint):
    (tmp_path / "bad.json").write_text(arguments)
    assert complaint in train("--model_type", student, "--config_file", tmp_path / "bad.json")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("", "empty"),
        ("the 1 2 3 4 5 6 7 8\noslo 1 2\n", ":2: 3 column(s); expected a word and 8 numbers"),
        ("2 8\nthe 1 2 3 4 5 6 7 8\n", "ends after 1 vectors; expected 2"),
        ("in 1 2 3 4 5 6 7 x\n", ":1: could not convert"),
        ("in 1 2 3 4 5 6 7 nan\n", ":1: a value that is no finite number"),
        ("unheard 1 2 3 4 5 6 7 8\n", "no vector of any word of the data"),
        ("0 0\n", "no vector of any word of the data"),
        ("in 1 2 3 4\n", "word_width 8; expected 4"),
    ],
)
def test_bad_word_vectors(train, tmp_path, content, complaint):
    (tmp_path / "vectors.txt").write_text(content)
    assert complaint in train("--embedding_file", tmp_path / "vectors.txt")


def _shorten(path):
    path.write_bytes(path.read_bytes()[:-50])


def _edit(path, **values):
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


def _lame(folder):
    weights = load_file(folder / "model.safetensors")
    save_file(
        {name: tensor for name, tensor in weights.items() if "layer.0" not in name},
        folder / "model.safetensors",
    )


@pytest.mark.parametrize("command", ["tagger_kd", "transformer_token"])
@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (lambda folder: (folder / "config.json").unlink(), "has no config.json"),
        (lambda folder: _shorten(folder / "config.json"), "config.json:"),
        (lambda folder: _edit(folder / "config.json", model_type="unheard"), "can't be loaded"),
        (lambda folder: _edit(folder / "config.json", hidden_size=64), "can't be loaded"),
        (lambda folder: (folder / "model.safetensors").unlink(), "has no model.safetensors"),
        (lambda folder: _shorten(folder / "model.safetensors"), "can't be loaded"),
        (_lame, "lacks 16 weights"),
        (
            lambda folder: (folder / "tokenizer.json").write_text("{}"),
            "has no tokenizer that loads",
        ),
        (
            lambda folder: (folder / "model.safetensors").rename(folder / "pytorch_model.bin"),
            "can run code",
        ),
    ],
)
def test_a_broken_checkpoint_is_noticed_before_anything_is_written(
    train, places, tmp_path, command, spoil, complaint
):
    shutil.copytree(places / "teacher", tmp_path / "teacher")
    spoil(tmp_path / "teacher")
    flag = "--model_name_or_path" if command == "transformer_token" else "--teacher"
    assert complaint in train(flag, tmp_path / "teacher", command=command)


def test_a_teacher_with_other_labels(train, places, tmp_path):
    shutil.copytree(places / "teacher", tmp_path / "teacher")
    names = dict(enumerate(["O", "B-ORG", "I-ORG", "B-PER", "I-PER"]))
    _edit(tmp_path / "teacher" / "config.json", id2label=names)
    assert "its labels are O B-ORG" in train("--teacher", tmp_path / "teacher", command="tagger_kd")


def test_output_that_is_somebody_elses(train, data, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.tex").write_text("years of work")
    for choice in ([], ["--overwrite_output_dir"], ["--resume"]):
        assert "holds files that no run wrote" in train(*choice)
        assert "holds files that no run wrote" in train(*choice, output=data)
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    assert "link: is a file" in train(output=tmp_path / "link")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_output_that_cannot_be_written(train, tmp_path):
    (tmp_path / "locked").mkdir(mode=0o500)
    assert "locked: can't be written" in train(output=tmp_path / "locked" / "out")


def test_a_replaced_run_takes_nothing_else_with_it(places, tmp_path):
    output = tmp_path / "out"
    shutil.copytree(places / "tagger", output)
    shutil.copytree(places / "data", output / "data")
    shutil.copy(places / "student.json", output)
    (output / "thesis.tex").write_text("years of work")
    mine = {path: path.read_bytes() for path in output.glob("data/*")}
    arguments = [
        "--data_dir",
        output / "data",
        "--output_dir",
        output,
        "--config_file",
        output / "student.json",
    ]
    assert (
        cli.train(["tagger", *map(str, arguments), *TRAIN, "--seed", "7", "--overwrite_output_dir"])
        == 0
    )
    assert json.loads((output / "run.json").read_text())["seed"] == 7
    assert (output / "thesis.tex").read_text() == "years of work"
    assert {path: path.read_bytes() for path in mine} == mine


def test_a_run_never_removes_what_it_reads(train, places, tmp_path):
    output = tmp_path / "out"
    shutil.copytree(places / "tagger", output)
    shutil.copytree(places / "teacher", output / "teacher")
    arguments = ["--overwrite_output_dir", "--teacher", output / "teacher"]
    assert "overwrite_output_dir would remove it" in train(
        *arguments, command="tagger_kd", output=output
    )


def _unfinished(places, tmp_path, command="tagger"):
    """A run that was killed while it wrote its result."""
    shutil.copytree(places / command, tmp_path / "out")
    (tmp_path / "out" / "MANIFEST.json").unlink()
    return tmp_path / "out"


def _resume(places, output, command="tagger", *more):
    arguments = [
        "--data_dir",
        places / "data",
        "--output_dir",
        output,
        "--config_file",
        places / "student.json",
    ]
    return [command, *map(str, arguments), *TRAIN, "--resume", *map(str, more)]


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (
            lambda folder: _shorten(folder / "checkpoints" / "last.safetensors"),
            "last.safetensors: can't be read",
        ),
        (
            lambda folder: _shorten(folder / "checkpoints" / "best.safetensors"),
            "best.safetensors: can't be read",
        ),
        (
            lambda folder: (folder / "checkpoints" / "best.safetensors").unlink(),
            "best.safetensors: can't be read",
        ),
        (
            lambda folder: _flip(folder / "checkpoints" / "last.safetensors"),
            "last.safetensors: is damaged",
        ),
        (
            lambda folder: _flip(folder / "checkpoints" / "best.safetensors"),
            "best.safetensors: is damaged",
        ),
        (lambda folder: _shorten(folder / "run.json"), "run.json:"),
        (lambda folder: (folder / "data.json").unlink(), "data.json: can't be read"),
    ],
)
def test_resuming_from_something_damaged_and_its_remedy(
    refused, places, tmp_path, spoil, complaint
):
    output = _unfinished(places, tmp_path)
    spoil(output)
    kept = {
        path: content for path, content in contents(output).items() if path.suffix == ".safetensors"
    }
    assert cli.train(_resume(places, output)) == 2
    assert {
        path: content for path, content in contents(output).items() if path.suffix == ".safetensors"
    } == kept
    assert complaint in refused(cli.train, *_resume(places, output), output=output / "checkpoints")
    if "checkpoint" in complaint or ".safetensors" in complaint:
        shutil.rmtree(output / "checkpoints")  # as the line says
        assert cli.train(_resume(places, output)) == 0
        assert (output / "model.safetensors").read_bytes() == (
            places / "tagger" / "model.safetensors"
        ).read_bytes()


def _flip(path):
    content = bytearray(path.read_bytes())
    content[-10] ^= 1
    path.write_bytes(content)


def _tensors(path):
    """What a file holds; what its answers took is written beside them and differs."""
    return {name: tensor.tolist() for name, tensor in load_file(path).items()}


@pytest.mark.parametrize("spoil", [_shorten, _flip])
def test_a_damaged_shard_of_the_teachers_answers_is_computed_again(places, tmp_path, spoil, capsys):
    output = _unfinished(places, tmp_path, "tagger_kd")
    shard = next(
        path
        for path in (output / "soft_labels").rglob("*.safetensors")
        if "words" not in path.parent.name
    )
    whole = _tensors(shard)
    spoil(shard)
    resume = _resume(places, output, "tagger_kd", "--teacher", places / "teacher")
    assert cli.train(resume) == 0
    assert f"{shard} is damaged" in capsys.readouterr().err
    assert _tensors(shard) == whole


@pytest.mark.parametrize(
    ("change", "arguments", "complaint"),
    [
        (lambda data: None, ["--lr", "0.5"], "run.json: lr=0.5, was 0.003"),
        (
            lambda data: (data / "train.txt").write_bytes(GOOD),
            [],
            "train.txt changed since the run began",
        ),
        (lambda data: (data / "dev.txt").unlink(), [], "dev.txt changed since the run began"),
        (
            lambda data: (data / "labels.txt").write_text("LOC\nPER\n"),
            [],
            "labels.txt changed since the run began",
        ),
    ],
)
def test_resuming_another_run(train, data, places, tmp_path, change, arguments, complaint):
    change(data)
    assert complaint in train("--resume", *arguments, output=_unfinished(places, tmp_path))


def test_killed_before_the_first_file_was_whole(places, tmp_path):
    output = tmp_path / "out"
    output.mkdir()
    atomic_write_bytes(output / "data.json", b"{}")
    (output / ".run.json.0123abcd.partial").write_bytes(b"{")
    assert cli.train(_resume(places, output)) == 0
    assert not list(output.glob(".*"))
    assert (output / "model.safetensors").read_bytes() == (
        places / "tagger" / "model.safetensors"
    ).read_bytes()


def test_a_torn_line_of_the_journal(places, tmp_path):
    output = _unfinished(places, tmp_path)
    with (output / "metrics.jsonl").open("ab") as file:
        file.write(b'{"phase": "stu\xff')
    assert cli.train(_resume(places, output)) == 0


def test_a_full_disk_is_one_line(train, monkeypatch):
    def full(self, *arguments, **options):
        raise OSError(28, "No space left on device", str(self))

    monkeypatch.setattr("nlp_architect_ext.core.journal.Journal.write", full)
    monkeypatch.setattr("nlp_architect_ext.core.output_folder.Path.mkdir", full)
    assert "No space left on device; expected a place with room" in train()


@pytest.fixture
def tag(places, tmp_path, refused):
    """Assert that an inference command is refused."""

    def call(content, *arguments, model=places / "tagger", output=tmp_path / "tagged"):
        if content is not None:
            (tmp_path / "input.txt").write_bytes(content)
        files = [
            "--data_file",
            tmp_path / "input.txt",
            "--output_dir",
            output,
            "--model_dir",
            model,
            "--threads",
            "1",
        ]
        return refused(cli.inference, "tagger", *files, *arguments, output=output)

    return call


@pytest.mark.parametrize(
    ("content", "arguments", "complaint"),
    [
        (None, [], "input.txt: can't be read"),
        (b"Anna\n\xff\n", [], "input.txt:2: byte 0xff"),
        (b"An\0na\n", [], "input.txt:1: a NUL byte"),
        (GOOD, [], "input.txt:1: looks like a column file"),
        (
            b"Anna lives in Oslo .\n",
            ["--evaluate"],
            "input.txt:1: tag '.', and no tag of the file is the model's",
        ),
        (
            b"Anna NN\nmet VB\n",
            ["--evaluate"],
            "input.txt:1: tag 'NN', and no tag of the file is the model's",
        ),
        (b"Anna O\nmet PER\n", ["--evaluate"], "input.txt:1: tag 'O'"),
        (b"Anna B-PER\nmet PER\n", ["--evaluate"], "input.txt:2: tag 'PER' beside 'B-PER'"),
        (b"Anna\n", ["--batch_size", "0"], "--batch_size: 0"),
        (b"Anna\n", ["--output_dir", __file__], "test_bad_input.py"),
    ],
)
def test_bad_text_to_tag(tag, content, arguments, complaint):
    assert complaint in tag(content, *arguments)


def test_an_evaluation_never_replaces_scores_unasked(tag, places, tmp_path):
    (tmp_path / "tagged").mkdir()
    (tmp_path / "tagged" / "metrics.json").write_text("{}")
    assert "metrics.json: exists" in tag(GOOD, "--evaluate")
    shutil.copytree(places / "tagger", tmp_path / "run")
    asked = ["--evaluate", "--overwrite_output_dir"]
    assert "is the folder of a training run" in tag(GOOD, *asked, output=tmp_path / "run")


def test_standard_input_and_output_that_are_odd(tag, places, monkeypatch):
    stdin = io.TextIOWrapper(io.BytesIO(b"Anna B-PER\nmet PER\n"))
    monkeypatch.setattr("sys.stdin", stdin)
    assert "-:2: tag 'PER' beside 'B-PER'" in tag(None, "--data_file", "-", "--evaluate")
    monkeypatch.setattr("sys.stdin", None)
    assert "-: standard input is closed" in tag(None, "--data_file", "-")
    narrow = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO("Добрый день\n".encode())))
    monkeypatch.setattr("sys.stdout", narrow)
    streams = ["--data_file", "-", "--output_dir", "-"]
    assert cli.inference(["tagger", "--model_dir", str(places / "tagger"), *streams]) == 0
    narrow.flush()
    assert "Добрый" in narrow.buffer.getvalue().decode()


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("config.json", {"format_version": 2}, "format version 2; expected version 1"),
        ("config.json", {"max_words": 0}, "max_words 0"),
        ("config.json", {"scheme": "IOB9"}, "scheme 'IOB9'"),
        ("config.json", {"labels": [1]}, "labels [1]; expected an object"),
        ("config.json", {"student": "unheard"}, "no such name is installed"),
        ("vocabulary.json", {"words": []}, "weights that fit config.json"),
    ],
)
def test_a_model_of_another_kind(tag, places, tmp_path, name, content, complaint):
    shutil.copytree(places / "tagger", tmp_path / "model")
    _edit(tmp_path / "model" / name, **content)
    assert "isn't the file that MANIFEST.json describes" in tag(b"Anna\n", model=tmp_path / "model")
    (tmp_path / "model" / "MANIFEST.json").unlink()
    write_manifest(tmp_path / "model")
    assert complaint in tag(b"Anna\n", model=tmp_path / "model")


def test_a_folder_of_nlp_architect(tag, tmp_path):
    (tmp_path / "model").mkdir()
    for name in ("model.bin", "crf.bin", "w_vocab.dat"):
        (tmp_path / "model" / name).write_bytes(b"\x80\x04")
    assert "a pickle, which can run any code" in tag(b"Anna\n", model=tmp_path / "model")


def test_a_dry_run_refuses_what_the_run_would_refuse(train, tmp_path):
    (tmp_path / "file").write_text("")
    assert "is a file" in train("--dry_run", output=tmp_path / "file" / "out")
    assert "best_result_file" in train("--dry_run", "--best_result_file", "a/b")
    assert "at most 64" in train("--dry_run", "--teacher_max_seq_len", "1000", command="tagger_kd")
    assert not Path(tmp_path / "out").exists()
