"""The inference commands by name, on models that the training commands made."""

import json
import shutil
import subprocess
import sys

import pytest
import torch

from nlp_architect_ext import cli


def test_raw_text_to_columns(model, tmp_path):
    (tmp_path / "notes.txt").write_text("Anna lives in Oslo .\n\nNothing happened there .\n")
    arguments = [
        "--model_dir",
        model,
        "--data_file",
        tmp_path / "notes.txt",
        "--output_dir",
        tmp_path / "out",
    ]
    assert cli.inference(["tagger", *map(str, arguments)]) == 0
    blocks = (tmp_path / "out" / "output.txt").read_text().strip().split("\n\n")
    assert [[line.split("\t")[0] for line in block.splitlines()] for block in blocks] == [
        ["Anna", "lives", "in", "Oslo", "."],
        ["Nothing", "happened", "there", "."],
    ]


def test_evaluation_repeats_the_score_of_training(model, data, tmp_path):
    arguments = [
        "--model_dir",
        model,
        "--data_file",
        data / "test.txt",
        "--output_dir",
        tmp_path,
        "--evaluate",
    ]
    assert cli.inference(["tagger", *map(str, arguments)]) == 0
    scores = json.loads((tmp_path / "metrics.json").read_text())
    trained = json.loads((model / "metrics.json").read_text())["test"]
    assert scores["f1"] == pytest.approx(trained["f1"])
    assert scores["f1"] > 0.3


def test_a_pipe_through_the_real_command(model):
    code = "import sys; from nlp_architect_ext import cli; sys.exit(cli.inference())"
    arguments = [
        "tagger",
        "--model_dir",
        str(model),
        "--data_file",
        "-",
        "--output_dir",
        "-",
        "--output_format",
        "json",
    ]
    text = "Anna lives in Oslo .\nДобрый день 👋\n"
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], input=text, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert [json.loads(line)["text"] for line in done.stdout.splitlines()] == text.splitlines()


def test_a_reader_who_leaves_early_is_no_error(model, tmp_path):
    (tmp_path / "long.txt").write_text("Anna lives in Oslo .\n" * 9_000)
    command = "import sys; from nlp_architect_ext import cli; sys.exit(cli.inference())"
    arguments = [
        "tagger",
        "--model_dir",
        str(model),
        "--data_file",
        str(tmp_path / "long.txt"),
        "--output_dir",
        "-",
    ]
    process = subprocess.Popen(
        [sys.executable, "-c", command, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    _, complaints = process.communicate(timeout=120)
    assert b"Traceback" not in complaints
    assert process.returncode == 141


@pytest.mark.parametrize("extra", [[], ["--load_quantized_model"]])
def test_a_transformer_tags_too(transformer, data, tmp_path, extra):
    arguments = [
        "--model_path",
        transformer,
        "--data_file",
        data / "test.txt",
        "--output_dir",
        tmp_path,
        "--evaluate",
    ]
    arguments += ["--tokenizer", "whitespace", *extra]
    assert cli.inference(["transformer_token", *map(str, arguments)]) == 0
    scores = json.loads((tmp_path / "metrics.json").read_text())
    trained = json.loads((transformer / "metrics.json").read_text())["test"]
    # Legal sequences only, and 8 bits, move a few words.
    assert scores["f1"] == pytest.approx(trained["f1"], abs=0.15)
    assert scores["support"] == trained["support"]


def test_8_bits_are_no_bfloat16_even_where_that_is_fast(
    transformer, data, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"amx_bf16": True})
    arguments = [
        "--model_path",
        transformer,
        "--data_file",
        data / "test.txt",
        "--output_dir",
        tmp_path / "out",
    ]
    arguments += ["--data_format", "columns", "--load_quantized_model"]
    assert cli.inference(["transformer_token", *map(str, arguments)]) == 0
    capsys.readouterr()
    assert cli.inference(["transformer_token", *map(str, arguments), "--precision", "bf16"]) == 2
    complaint = (
        "--precision bf16: can't be used with --load_quantized_model; expected one kind "
        "of arithmetic"
    )
    assert complaint in capsys.readouterr().err


def test_students_and_doctor_say_what_is_installed(capsys):
    assert cli.train(["students"]) == 0
    assert "lstm_width = 100" in capsys.readouterr().out
    assert cli.train(["doctor"]) == 0
    shown = capsys.readouterr().out
    assert "torch" in shown
    assert "chain, cnn-lstm, id-cnn" in shown


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (
            lambda folder: (folder / "model.safetensors").write_bytes(b"cut"),
            "model.safetensors: isn't the file that",
        ),
        (shutil.rmtree, "no such folder"),
        (lambda folder: (folder / "MANIFEST.json").unlink(), "no MANIFEST.json"),
        (lambda folder: (folder / "vocabulary.json").unlink(), "vocabulary.json: isn't there"),
    ],
)
def test_a_damaged_model_is_one_line_and_exit_2(model, tmp_path, capsys, change, complaint):
    shutil.copytree(model, tmp_path / "model")
    change(tmp_path / "model")
    (tmp_path / "notes.txt").write_text("Anna\n")
    arguments = [
        "--model_dir",
        tmp_path / "model",
        "--data_file",
        tmp_path / "notes.txt",
        "--output_dir",
        tmp_path / "out",
    ]
    assert cli.inference(["tagger", *map(str, arguments)]) == 2
    shown = capsys.readouterr().err
    assert complaint in shown
    assert shown.count("\n") == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("content", "arguments", "complaint"),
    [
        (b"Anna\n\xff\n", [], "notes.txt:2: byte 0xff"),
        (b"Anna\tB-PER\nmet\n", ["--evaluate"], "notes.txt:2: 1 column; expected 2"),
        (
            b"Anna\nmet\n",
            ["--evaluate"],
            "notes.txt:1: 1 column; expected at least 2, a word and its tag",
        ),
        (b"", ["--evaluate"], "notes.txt: no sentence"),
        (None, [], "notes.txt: can't be read"),
    ],
)
def test_bad_input_is_one_line_exit_2_and_no_output(
    model, tmp_path, capsys, content, arguments, complaint
):
    if content is not None:
        (tmp_path / "notes.txt").write_bytes(content)
    places = [
        "--model_dir",
        model,
        "--data_file",
        tmp_path / "notes.txt",
        "--output_dir",
        tmp_path / "out",
    ]
    assert cli.inference(["tagger", *map(str, places), *arguments]) == 2
    loaded, *shown = capsys.readouterr().err.splitlines()
    assert loaded == f"{model} runs in torch"
    assert len(shown) == 1
    assert complaint in shown[0]
    assert not list(tmp_path.glob("out/*"))
