"""`nlp-train export`, and inference with what it writes."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from corpora import write_corpus

from nlp_architect_ext import cli
from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.manifest import write_manifest
from nlp_architect_ext.runtime import Tagger
from nlp_architect_ext.runtime.native.availability import missing_kernel
from nlp_architect_ext.serving.load import NAMES, choose, load
from nlp_architect_ext.taggers.neural import NeuralTagger


@pytest.fixture
def own(model, tmp_path):
    """The model in a folder of the test's own."""
    shutil.copytree(model, tmp_path / "model")
    return tmp_path / "model"


def export(*arguments):
    return cli.train(["export", *map(str, arguments)])


def tag(model, folder, *arguments):
    places = [
        "--model_dir",
        model,
        "--data_file",
        folder / "notes.txt",
        "--output_dir",
        folder / "out",
    ]
    return cli.inference(["tagger", *map(str, [*places, "--overwrite_output_dir", *arguments])])


def without(model, folder, *names):
    """The command in a process that can't import these packages."""
    blocked = f"import sys; sys.modules.update(dict.fromkeys({names}))"
    code = f"{blocked}; from nlp_architect_ext import cli; sys.exit(cli.inference())"
    arguments = [
        "tagger",
        "--model_dir",
        model,
        "--data_file",
        folder / "notes.txt",
        "--output_dir",
        "-",
    ]
    call = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(call, capture_output=True, text=True, check=False)


def without_torch(model, folder):
    return without(model, folder, "torch", "spacy", "transformers")


@pytest.fixture
def notes(tmp_path):
    """Raw text of many lines."""
    lines = [f"Anna met Bo in Oslo {'today ' * (number % 7)}." for number in range(200)]
    (tmp_path / "notes.txt").write_text("\n".join(lines) + "\n")
    return tmp_path / "notes.txt"


def test_an_export_is_checked_written_and_used(own, tmp_path, notes, capsys):
    assert tag(own, tmp_path) == 0
    expected = (tmp_path / "out" / "output.txt").read_text()
    assert export("--model_dir", own, "--precision", "fp32") == 0
    said = capsys.readouterr().err
    assert "sentences of " in said
    assert "0 of " in said
    assert f"written to {own / 'export'}: " in said
    parity = json.loads((own / "export" / "export.json").read_text())["parity"]
    assert parity["changed_tags"] == 0
    assert parity["f1"] == parity["exported_f1"] > 0.3
    done = without_torch(own, tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout == expected


def test_int8_is_the_default_and_smaller(own, tmp_path):
    assert export("--model_dir", own, "--output_dir", tmp_path / "small") == 0
    assert (
        export("--model_dir", own, "--output_dir", tmp_path / "large", "--precision", "fp32") == 0
    )
    sizes = [(tmp_path / name / "words.safetensors").stat().st_size for name in ("small", "large")]
    assert sizes[0] < sizes[1]
    text = "Anna met Bo in Oslo ."
    assert [e.word for e in Tagger.load(tmp_path / "small")(text)] == [
        e.word for e in NeuralTagger.load(own)(text)
    ]


ENGINES_OF_EXPORTS = ("onnxruntime", "nlp_architect_ext.runtime.native._kernel")


def choice(folder, engine="auto"):
    return str(choose(folder, device="auto", engine=engine))


def test_load_takes_the_export_where_it_can_and_says_what_it_took(own):
    text = "Anna met Bo in Oslo ."
    tagger = load(own)
    assert (tagger.engine, choice(own)) == ("torch", f"{own} runs in torch")
    plain = tagger(text)
    assert plain == NeuralTagger.load(own)(text)
    assert export("--model_dir", own) == 0
    fast = Tagger.load(own / "export")(text)
    best = "onnx" if missing_kernel() else "native"
    for folder, engine in ((own, "auto"), (own, best), (own / "export", "auto")):
        tagger = load(folder, engine=engine)
        assert tagger.engine == best
        assert [entity.word for entity in tagger(text)] == [entity.word for entity in fast]
        assert choice(folder, engine).startswith(f"{own / 'export'} runs in {NAMES[best]}")
    assert load(own, engine="onnx")(text) == fast
    assert choice(own, "onnx") == f"{own / 'export'} runs in ONNX Runtime"
    assert load(own, engine="torch")(text) == plain
    assert NeuralTagger.load(own)(text) == plain


@pytest.mark.parametrize(
    ("folder", "options", "said"),
    [
        ("", {"engine": "onnx"}, "model: has no export; expected an export of just this model"),
        ("", {"engine": "tpu"}, "engine 'tpu': unknown; expected one of auto, native, onnx, torch"),
        ("", {"device": "meta"}, "device: 'meta' can't be used"),
        ("none", {}, "none: no such folder"),
        ("export", {"engine": "torch"}, "export: an export, which torch can't run"),
        ("export", {"device": "cuda"}, "export: an export can't run on cuda"),
    ],
)
def test_what_can_not_be_loaded_as_asked_is_refused(own, folder, options, said):
    if folder == "export":
        NeuralTagger.load(own).export(own / "export")
    with pytest.raises(UserError, match=re.escape(said)):
        load(own / folder, **options)


def test_an_export_that_does_not_name_its_model_is_not_trusted(own):
    NeuralTagger.load(own).export(own / "export")
    assert load(own).engine == "torch"
    assert f"{own / 'export'} was made from an earlier model" in choice(own)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "export.json: not an exported tagger (export.json, line 1: Expecting"),
        ("[]", "export.json: not an exported tagger (a list where an object belongs)"),
        ('{"precision": "int8", "model": 1}', "(model 1; expected an object)"),
        ('{"precision": "int8", "model": {"config.json": 1}}', "(config.json 1; expected a text)"),
    ],
)
def test_an_origin_that_can_not_be_read_is_one_line(own, content, said):
    NeuralTagger.load(own).export(own / "export")
    (own / "export" / "export.json").write_text(content)
    write_manifest(own / "export")
    with pytest.raises(UserError, match=re.escape(said)):
        load(own)


def test_workers_write_the_same_in_the_same_order(own, tmp_path, notes):
    assert export("--model_dir", own) == 0
    contents, pages = [], []
    page = tmp_path / "look.html"
    for workers in (1, 3):
        flags = ["--workers", workers, "--output_format", "json", "--html", page]
        assert tag(own, tmp_path, *flags) == 0
        contents.append((tmp_path / "out" / "output.jsonl").read_bytes())
        pages.append(page.read_bytes())
    assert contents[0] == contents[1]
    assert len(contents[0].splitlines()) == 200
    assert pages[0] == pages[1]
    assert pages[0].count(b"<li><div") == 200


def test_workers_evaluate_as_one_does(own, data, tmp_path):
    assert export("--model_dir", own, "--precision", "fp32") == 0
    arguments = [
        "--model_dir",
        own,
        "--data_file",
        data / "test.txt",
        "--output_dir",
        tmp_path,
        "--evaluate",
    ]
    assert cli.inference(["tagger", *map(str, arguments), "--workers", "2"]) == 0
    scores = json.loads((tmp_path / "metrics.json").read_text())
    assert scores["f1"] == pytest.approx(
        json.loads((own / "metrics.json").read_text())["test"]["f1"]
    )


def test_the_export_of_an_earlier_model_is_left_alone(own, tmp_path, notes, capsys):
    assert export("--model_dir", own) == 0
    assert without_torch(own, tmp_path).returncode == 0
    config = json.loads((own / "config.json").read_text()) | {"outside_bias": 0.25}
    (own / "config.json").write_text(json.dumps(config))
    write_manifest(own)
    assert without_torch(own, tmp_path).returncode == 2  # it would need torch
    capsys.readouterr()
    assert tag(own, tmp_path) == 0
    said = capsys.readouterr().err
    assert f"{own} runs in torch; {own / 'export'} was made from an earlier model" in said
    assert tag(own, tmp_path, "--engine", "onnx") == 2
    assert "export: was made from an earlier model; expected" in capsys.readouterr().err


def test_without_onnxruntime_the_model_runs_in_torch_and_that_is_said(own, tmp_path, notes):
    assert export("--model_dir", own) == 0
    done = without(own, tmp_path, *ENGINES_OF_EXPORTS)
    assert done.returncode == 0, done.stderr
    assert f"{own} runs in torch; {own / 'export'} isn't used without onnxruntime" in done.stderr
    done = without(own / "export", tmp_path, *ENGINES_OF_EXPORTS)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "pip install 'nlp-architect-ext[onnx]'" in done.stderr
    done = without(own, tmp_path, *ENGINES_OF_EXPORTS, "torch")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "can't be run: torch isn't installed" in done.stderr


def test_what_would_lose_accuracy_is_refused(own, data, tmp_path, capsys):
    """Gold labels that are the model's own: every tag that rounding moves costs F1."""
    tagger = NeuralTagger.load(own)
    student = tagger.model["student"]
    student.character_cnn.convolution.weight.data.zero_()
    student.word_embedding.weight.data[:, 0] = 10_000  # beside it 8 bits see no other number
    for reader in (*student.layers[0].children(), student.skip):  # none of which looks at it
        next(reader.parameters()).data[:, 0] = 0
    tagger.save(own)
    places = ["--model_dir", own, "--data_file", data / "dev.txt", "--output_dir", tmp_path]
    assert cli.inference(["tagger", *map(str, places), "--data_format", "columns"]) == 0
    check = [
        "--model_dir",
        own,
        "--dev_file",
        tmp_path / "output.txt",
        "--output_dir",
        tmp_path / "dist",
    ]
    capsys.readouterr()
    assert export(*check) == 2
    said = capsys.readouterr().err
    assert "points of F1; expected at most 0.3" in said
    assert not (tmp_path / "dist").exists()
    assert not list(tmp_path.glob(".dist*"))
    assert export(*check, "--precision", "fp32") == 0
    assert export(*check, "--force", "--overwrite_output_dir") == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--output_dir", "{folder}/taken"], "taken: holds files that no export wrote"),
        (["--output_dir", "{folder}/notes.txt"], "is a file"),
        (["--output_dir", "{folder}/twice"], "twice: holds an earlier export"),
        (["--dev_file", "{folder}/none.txt"], "none.txt: can't be read"),
        (["--dev_file", "{folder}/notes.txt"], "notes.txt:2: 7 columns"),
        (["--precision", "int4"], "invalid choice: 'int4'"),
    ],
)
def test_bad_input_ends_in_one_line(own, tmp_path, notes, capsys, arguments, said):
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "thesis.tex").write_text("years of work")
    assert export("--model_dir", own, "--output_dir", tmp_path / "twice") == 0
    capsys.readouterr()
    try:
        code = export(
            "--model_dir", own, *(argument.format(folder=tmp_path) for argument in arguments)
        )
    except SystemExit as end:
        code = end.code
    lines = capsys.readouterr().err.strip().splitlines()
    assert (code, len(lines)) == (2, 1), lines
    assert said in lines[0]
    assert (tmp_path / "taken" / "thesis.tex").read_text() == "years of work"


def test_without_dev_sentences_it_must_be_forced(own, tmp_path, capsys):
    run = json.loads((own / "run.json").read_text()) | {"dev_filename": "gone.txt"}
    (own / "run.json").write_text(json.dumps(run))
    assert export("--model_dir", own) == 2
    assert "expected --dev_file" in capsys.readouterr().err
    assert export("--model_dir", own, "--force") == 0
    assert json.loads((own / "export" / "export.json").read_text())["parity"] is None


def test_dev_sentences_out_of_train_are_found_again(tmp_path, capsys):
    folder = write_corpus(tmp_path / "data", dev=0, test=0, unlabelled=0)
    (tmp_path / "student.json").write_text('{"word_width": 16, "lstm_width": 16}')
    small = ["--config_file", tmp_path / "student.json", "-e", 3, "--min_epoch_steps", 1]
    places = ["--data_dir", folder, "--output_dir", tmp_path / "out", "--tokenizer", "whitespace"]
    assert cli.train(["tagger", *map(str, [*places, *small])]) == 0
    assert cli.train(["export", "--model_dir", str(tmp_path / "out")]) == 0
    assert "8 sentences of train that were dev, ONNX Runtime: " in capsys.readouterr().err
    (folder / "train.txt").unlink()
    again = ["export", "--model_dir", str(tmp_path / "out"), "--overwrite_output_dir"]
    assert cli.train(again) == 2
    assert "has no dev sentences where they were" in capsys.readouterr().err


def test_the_run_s_own_dev_sentences_are_found_from_any_folder(tmp_path, monkeypatch, capsys):
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    write_corpus(home / "data", test=0, unlabelled=0)
    write_corpus(elsewhere / "data", dev=7, test=0, unlabelled=0, seed=1)
    (tmp_path / "student.json").write_text('{"word_width": 16, "lstm_width": 16}')
    monkeypatch.chdir(home)
    small = ["--config_file", "../student.json", "-e", "1", "--min_epoch_steps", "1"]
    places = ["--data_dir", "data", "--output_dir", "out", "--tokenizer", "whitespace"]
    assert cli.train(["tagger", *places, *small]) == 0
    assert json.loads(Path("out/run.json").read_text())["data_dir"] == "data"
    monkeypatch.chdir(elsewhere)
    assert export("--model_dir", home / "out") == 0
    assert f"15 sentences of {home / 'data' / 'dev.txt'}, " in capsys.readouterr().err
    write_corpus(home / "data", dev=9, test=0, unlabelled=0, seed=2)
    assert export("--model_dir", home / "out", "--overwrite_output_dir") == 2
    said = capsys.readouterr().err
    assert f"{home / 'data' / 'dev.txt'} isn't the file that {home / 'out'} was trained" in said
    assert "has no dev sentences where they were" in said
    monkeypatch.chdir(home)  # a run's settings are still settings
    again = ["tagger", "--config", "out/run.json", "--output_dir", "again", "-e", "1"]
    assert cli.train(again) == 0
