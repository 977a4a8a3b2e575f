"""The two commands themselves."""

import re
import subprocess
import sys
import time
from argparse import ArgumentParser

import pytest

from nlp_architect_ext import __version__, cli
from nlp_architect_ext.core import registry
from nlp_architect_ext.core.progress import LOG, say, show_on_terminal

QUICK = 1.5  # seconds; half a second on a quiet machine


@pytest.mark.parametrize("program", ["nlp-train", "nlp-inference"])
def test_help_is_quick_and_imports_no_torch(program):
    code = (
        "import sys; from nlp_architect_ext import cli\n"
        f"try: cli.{program.removeprefix('nlp-')}(['--help'])\nexcept SystemExit: pass\n"
        "sys.exit(sorted({'torch', 'transformers', 'spacy', 'numpy'} & set(sys.modules)) or 0)"
    )
    started = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "tagger" in done.stdout
    assert time.perf_counter() - started < QUICK


def test_without_a_command_help_and_exit_0(capsys):
    assert cli.train([]) == 0
    out = capsys.readouterr().out
    assert "tagger_kd_pseudo" in out
    assert "distil a teacher into a compact tagger" in out


def test_version(capsys):
    for flag in ("-v", "--version"):
        with pytest.raises(SystemExit) as caught:
            cli.inference([flag])
        assert caught.value.code == 0
        assert __version__ in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (
            ["tager"],
            "command 'tager': no such name is installed; expected one of: annotate_next, ",
        ),
        (
            ["tagger"],
            "--data_dir, --output_dir: missing; expected folder of the data files; folder for the "
            "result; new or empty; give them as flags",
        ),
        (
            ["tagger", "--bach_size", "3"],
            "unrecognized arguments: --bach_size 3; did you mean '--batch_size'?; see nlp-train",
        ),
        (["tagger", "-b", "many"], "argument -b/--batch_size: invalid int value: 'many'"),
        (["tagger", "--frequency", "3"], "unrecognized arguments"),
        (["--frequency"], "unrecognized arguments"),
    ],
)
def test_a_mistake_is_one_line_and_exit_2(arguments, complaint, capsys):
    try:
        code = cli.train(arguments)
    except SystemExit as stop:
        code = stop.code
    shown = capsys.readouterr().err
    assert code == 2
    assert complaint in shown
    assert shown.count("\n") == 1


@pytest.mark.parametrize("command", registry.names(registry.TRAIN))
def test_every_command_explains_its_flags(command, capsys):
    with pytest.raises(SystemExit) as caught:
        cli.train([command, "--help"])
    assert caught.value.code == 0
    assert f"usage: nlp-train {command}" in capsys.readouterr().out


NLP_ARCHITECT = {
    "tagger": (
        "--model_type --config_file -b -e --data_dir --tag_col --max_sentence_length "
        "--max_word_length --use_crf --lr "
        "--embedding_file --output_dir --overwrite_output_dir --seed --logging_steps --save_steps "
        "--no_cuda "
        "--best_result_file --word_dropout --ignore_token --train_filename --dev_filename "
        "--test_filename"
    ),
    "tagger_kd": (
        "--teacher_model_path --teacher_model_type --kd_temp --kd_loss_fn --kd_dist_w "
        "--kd_student_w "
        "--teacher_max_seq_len --teacher -b -e"
    ),
    "tagger_kd_pseudo": "--unlabeled_filename --parallel_batching --teacher_model_path --teacher",
    "transformer_token": (
        "--data_dir --model_name_or_path --model_type --output_dir --max_seq_length "
        "--do_lower_case "
        "--per_gpu_train_batch_size --per_gpu_eval_batch_size --gradient_accumulation_steps "
        "--learning_rate "
        "--weight_decay --adam_epsilon --max_grad_norm --num_train_epochs --max_steps "
        "--warmup_steps --logging_steps "
        "--save_steps --train_file_name --ignore_token --best_result_file --no_cuda --seed "
        "--overwrite_output_dir --evaluate_during_training --eval_all_checkpoints --cache_dir "
        "--config_name --tokenizer_name --overwrite_cache"
    ),
}
NLP_ARCHITECT_INFERENCE = {
    "tagger": "--data_file --model_dir --output_dir --overwrite_output_dir -b --no_cuda",
    "transformer_token": (
        "--data_file --model_path --model_type --output_dir --overwrite_output_dir "
        "--max_seq_length --batch_size --no_cuda --load_quantized_model --do_lower_case "
        "--tokenizer_name --config_name --cache_dir --overwrite_cache --per_gpu_eval_batch_size"
    ),
}


@pytest.mark.parametrize(
    ("group", "command", "flags"),
    [
        *((registry.TRAIN, *pair) for pair in NLP_ARCHITECT.items()),
        *((registry.INFERENCE, *pair) for pair in NLP_ARCHITECT_INFERENCE.items()),
    ],
)
def test_flags_of_nlp_architect_keep_working(group, command, flags):
    parser = ArgumentParser()
    registry.load(group, command).add_arguments(parser)
    accepted = {name for action in parser._actions for name in action.option_strings}
    assert not set(flags.split()) - accepted


def test_the_batch_size_of_an_evaluation_is_that_of_inference():
    parser = ArgumentParser()
    registry.load(registry.INFERENCE, "tagger").add_arguments(parser)
    assert parser.parse_args(["--per_gpu_eval_batch_size", "8"]).batch_size == 8


@pytest.mark.parametrize("command", registry.names(registry.INFERENCE))
def test_no_two_sections_of_the_help_have_one_title(command, capsys):
    with pytest.raises(SystemExit):
        cli.inference([command, "--help-all"])
    titles = re.findall(r"^(\S.*):$", capsys.readouterr().out, re.M)
    assert len(titles) == len(set(titles)) > 2


def test_an_interruption_is_not_a_traceback(monkeypatch, capsys):
    class Interrupted:
        def load(self):
            raise KeyboardInterrupt

    monkeypatch.setattr(registry, "load", lambda group, name: Interrupted().load())
    assert cli.train(["tagger"]) == 130
    assert capsys.readouterr().err == "interrupted; what was finished is kept\n"


def test_a_package_that_is_missing_is_named_in_one_line(tmp_path):
    code = (
        "import sys; sys.modules['torch'] = None; from nlp_architect_ext import cli; "
        "sys.exit(cli.inference())"
    )
    places = ["--model_path", tmp_path, "--data_file", "-", "--output_dir", "-"]
    arguments = ["transformer_token", *places]
    call = [sys.executable, "-c", code, *map(str, arguments)]
    done = subprocess.run(call, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    said = "needs torch, which isn't installed; expected nlp-architect-ext"
    assert line.startswith(f"nlp-inference transformer_token: {said}")


def test_a_line_comes_once_whatever_handlers_other_libraries_set_up(capsys, caplog):
    with show_on_terminal():
        say("once")  # pytest's own handler is on the root logger
    assert capsys.readouterr().err == "once\n"
    assert caplog.text == ""
    assert LOG.propagate
