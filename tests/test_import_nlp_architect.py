"""Models of NLP Architect, against what its released wheel computes and lists.

See `old_environment` for what is stubbed there.
"""

import json
from pathlib import Path

import numpy as np
import pytest
from old_environment import old_environment, run_old

from nlp_architect_ext import cli
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.runtime import Tagger
from nlp_architect_ext.taggers.neural import NeuralTagger

ROOT = Path(__file__).parents[1]
REFERENCE = ROOT / "tests" / "old_reference.py"
SCRIPT = ROOT / "examples" / "from_nlp_architect" / "write_old_model.py"

TAGS = ["O", "B-PER", "I-PER", "B-creative-work", "I-creative-work"]
PLAIN = ["DET", "NOUN", "VERB", "X"]
WORDS = [
    "the",
    "The",
    "Ada",
    "a",
    "b",
    "NATO",
    "iPhone",
    "1990",
    ".",
    "<UNK>",
    "İstanbul",
    "Straße",
]
SENTENCES = [
    ["The", "Ada", "moved", "a", "b", "."],
    ["unseen", "Unseen", "UNSEEN", "unSeen", "1990", "12.5%", "the", "<UNK>"],
    ["aaaa", "a", "aaaaaaaaaaaaaaaa", "A", "Aa", "naïve", "日本", "😀", "-", "it's"],
    ["elevenchars", "twelve_chars", "thirteenchars", "Antidisestablishmentarianism", "tencharsxy"],
    ["İstanbul", "Straße"],
    ["the", "NATO", "iPhone"] * 60,
]
ONE_WORD = [["Ada"], ["unseen"]]  # on which the old IDCNN crashes
CASES = {
    "CNNLSTM": ("CNNLSTM", {}, PLAIN, False),
    "CNNLSTM, CRF": ("CNNLSTM", {}, TAGS, True),
    "CNNLSTM, sizes": (
        "CNNLSTM",
        {
            "word_embedding_dims": 7,
            "char_embedding_dims": 3,
            "cnn_num_filters": 5,
            "lstm_hidden_size": 6,
            "lstm_layers": 3,
        },
        TAGS,
        True,
    ),
    "IDCNN": ("IDCNN", {}, PLAIN, False),
    "IDCNN, CRF": ("IDCNN", {}, TAGS, True),
    "IDCNN, characters": ("IDCNN", {"use_chars": True}, PLAIN, False),
    "IDCNN, characters, CRF, dilations": (
        "IDCNN",
        {"use_chars": True, "dilations": [1, 3, 2, 1], "shape_embedding_dims": 2},
        TAGS,
        True,
    ),
}


MODELS = [(case, length) for case in CASES for length in (12, 5)]


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    return old_environment(tmp_path_factory.mktemp("nlp_architect"))


@pytest.fixture(scope="module")
def old_models(environment, tmp_path_factory):
    """The folder of each model, all of them made and written as data by one process."""
    place = tmp_path_factory.mktemp("old")
    folders = {model: place / str(number) for number, model in enumerate(MODELS)}
    tasks = [task(*model, folder) for model, folder in folders.items()]
    (place / "tasks.json").write_text(json.dumps(tasks), encoding="utf-8")
    run_old(environment, str(REFERENCE), str(SCRIPT), str(place / "tasks.json"))
    return folders


def task(case, max_word_length, folder):
    network, arguments, labels, crf = CASES[case]
    return {
        "network": network,
        "arguments": arguments,
        "labels": labels,
        "crf": crf,
        "words": WORDS,
        "sentences": SENTENCES + (ONE_WORD if network == "CNNLSTM" else []),
        "max_word_length": max_word_length,
        "folder": str(folder),
        "seed": 7,
    }


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS, ids=str)
def test_an_imported_model_says_what_the_old_one_said(model, old_models, tmp_path):
    old, new, export = old_models[model], tmp_path / "new", tmp_path / "export"
    folders = ["--model_dir", str(old), "--output_dir", str(new)]
    assert cli.train(["import_nlp_architect", *folders, "--tokenizer", "whitespace"]) == 0
    NeuralTagger.load(new).export(export, "fp32")
    sentences = [Sentence(tuple(words)) for words in task(*model, old)["sentences"]]
    answers = json.loads((old / "answers.json").read_text(encoding="utf-8"))
    for tagger in (NeuralTagger.load(new), Tagger.load(export)):
        emissions, predictions = tagger.emissions(sentences), tagger.predict_labels(sentences)
        for answer, scores, prediction in zip(answers, emissions, predictions, strict=True):
            before = np.array(answer["emissions"])[:, 1:]  # without that of padding
            np.testing.assert_allclose(scores, before, atol=1e-5, rtol=0)
            assert list(prediction.labels) == answer["labels"]


HOST = """
import json, sys
from nlp_architect.cli import CMD_REGISTRY, nlp_inference_cli
from nlp_architect.procedures.procedure import Procedure
from nlp_architect_ext.host import register

def names():
    return {program: [command["name"] for command in CMD_REGISTRY[program]]
            for program in CMD_REGISTRY}

before = names()
first, second = register(), register()
after = names()
replaced, ours_alone = register(replace=True), names()
register()
print(json.dumps([before, first, second, after, replaced, ours_alone]))
sys.argv = ["nlp-inference", *sys.argv[1:]]
nlp_inference_cli()
"""


@pytest.mark.slow
def test_our_commands_run_in_the_old_command_line(environment, old_models, tmp_path):
    model, text = old_models["CNNLSTM, CRF", 12], tmp_path / "text.txt"
    text.write_text("Ada moved\n", encoding="utf-8")
    folders = ["--model_dir", str(model), "--output_dir", str(tmp_path / "new")]
    assert cli.train(["import_nlp_architect", *folders, "--tokenizer", "whitespace"]) == 0
    (tmp_path / "host.py").write_text(HOST, encoding="utf-8")
    command = ["tagger", "--model_dir", str(tmp_path / "new"), "--data_file", str(text)]
    printed = run_old(
        environment, str(tmp_path / "host.py"), *command, "--output_dir", str(tmp_path / "out")
    )
    before, first, second, after, replaced, ours_alone = json.loads(printed)
    assert "tagger" in before["train"]
    assert "tagger" in before["inference"]
    assert first == second
    for program in before:
        assert after[program] == [*before[program], *first[program]]
        assert len(set(after[program])) == len(after[program])
        assert not set(ours_alone[program]) & {f"ext_{name}" for name in before[program]}
        assert len(set(ours_alone[program])) == len(ours_alone[program])
    assert {"ext_tagger", "ext_tagger_kd_pseudo", "export"} <= set(first["train"])
    assert {"tagger", "tagger_kd_pseudo", "export"} <= set(replaced["train"])
    assert "transformer_glue" in ours_alone["train"]
    words = (tmp_path / "out" / "output.txt").read_text(encoding="utf-8").split()
    assert words[::2] == ["Ada", "moved"]
