"""Taggers on the hub: the real client library against a local server that speaks as the hub."""

import json
import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import hub_server
import huggingface_hub
import pytest
import yaml
from corpora import write_corpus
from engines import FASTEST
from huggingface_hub import ModelCard, constants
from hypothesis import given, settings
from hypothesis import strategies as st

import nlp_architect_ext
from nlp_architect_ext import cli, from_pretrained, load, push_to_hub, save_pretrained, train
from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.manifest import write_manifest
from nlp_architect_ext.core.yaml_text import to_yaml
from nlp_architect_ext.runtime import hub as client
from nlp_architect_ext.runtime.card import metadata
from nlp_architect_ext.runtime.published import PUBLISHED

TEXTS = ["Anna lives in New York .", "In Oslo , Chen Li met Bruno .", "Nothing happened there ."]
PRIVATE = "/home/somebody/secret"
TINY = {"word_width": 8, "character_filters": 8, "lstm_width": 8, "dropout": 0.0}
# Nothing of the machine that runs the tests: neither its token nor its cache.
CLEAN = {"HF_HUB_DISABLE_XET": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1"}


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A run's folder with an export, its teacher in a folder of the user's."""
    folder = tmp_path_factory.mktemp("hub") / "run"
    data = write_corpus(folder.parent / "data", unlabelled=0)
    config = folder.parent / "student.json"
    config.write_text(json.dumps(TINY))
    options = {"epochs": 2, "min_epoch_steps": 20, "lr": 0.02, "tokenizer": "whitespace"}
    tagger = train(data, output_dir=folder, config_file=str(config), **options).tagger
    teachers = ({"name": f"{PRIVATE}/teacher", "fingerprint": "f", "revision": None},)
    tagger.config = replace(tagger.config, teachers=teachers)
    tagger.save(folder)
    assert cli.train(["export", "--model_dir", str(folder), "--precision", "fp32"]) == 0
    return folder


@pytest.fixture
def hub(monkeypatch, tmp_path):
    """A hub for this process, with a cache of its own; the client never waits to try again."""
    with hub_server.running() as server:
        monkeypatch.setenv("HF_TOKEN", server.token)
        template = constants.HUGGINGFACE_CO_URL_TEMPLATE.replace(constants.ENDPOINT, server.url)
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
        monkeypatch.setattr(constants, "ENDPOINT", server.url)
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
        monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
        monkeypatch.setattr("time.sleep", lambda seconds: None)
        yield server


def elsewhere(server, home, code, **more):
    """What another process prints, with a cache of its own."""
    own = {"HF_ENDPOINT": server.url, "HF_HOME": str(home), "HF_TOKEN": server.token}
    command = [sys.executable, "-c", code]
    environment = {**os.environ, **CLEAN, **own, **more}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def predictions(tagger):
    """Labels and scores, to the last bit."""
    return tagger.predict_labels([tagger.sentence(text) for text in TEXTS])


TAG = """
import sys
for name in {blocked}:
    sys.modules[name] = None  # as if it weren't installed
from nlp_architect_ext import from_pretrained
tagger = from_pretrained("user/model")
texts = {texts}
print(tagger.engine, tagger.predict_labels([tagger.sentence(text) for text in texts]))
"""


def test_a_tagger_comes_back_from_the_hub_as_it_went_there_to_the_last_bit(hub, trained, tmp_path):
    commit = push_to_hub(trained, "user/model", license="mit", datasets=["conll2003"])
    assert hub.repositories["user/model"].branches["main"] == commit.oid
    export, torch = (load(trained, engine=engine) for engine in (FASTEST, "torch"))
    code = TAG.format(blocked=["torch", "transformers", "accelerate", "spacy"], texts=TEXTS)
    assert elsewhere(hub, tmp_path / "one", code) == f"{FASTEST} {predictions(export)}\n"
    fetched = from_pretrained("user/model", engine="torch")
    assert predictions(fetched) == predictions(torch)
    assert from_pretrained("user/model").engine == FASTEST


def test_without_a_connection_the_earlier_download_is_taken(hub, trained, monkeypatch, tmp_path):
    push_to_hub(trained, "user/model")
    first = predictions(from_pretrained("user/model"))
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")  # where nobody listens
    assert predictions(from_pretrained("user/model")) == first
    with pytest.raises(UserError, match="the hub can't be reached"):
        from_pretrained("user/model", cache_dir=tmp_path / "empty")
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert predictions(from_pretrained("user/model")) == first
    with pytest.raises(UserError, match="the hub can't be reached"):
        from_pretrained("user/model", revision="other")


def test_only_what_runs_and_describes_the_tagger_is_published(hub, trained):
    push_to_hub(trained, "user/model")
    files = hub.files("user/model")
    assert {*files} - {*PUBLISHED} == {".gitattributes"}
    assert {"onnx/sentences.onnx", "metrics.json", "learning_curve.png", "README.md"} <= {*files}
    here = (PRIVATE, str(trained), str(trained.parent))
    for path, content in files.items():
        for place in here:
            assert place.encode() not in content, path
    assert json.loads(files["config.json"])["teachers"][0]["name"] == "teacher"
    assert {*json.loads(files["MANIFEST.json"])["sha256"]} == {
        path for path in files if "/" not in path
    } - {"MANIFEST.json", ".gitattributes"}


def test_the_card_is_what_the_hub_reads(hub, trained):
    tagger = load(trained)
    tagger.push_to_hub("user/model", license="apache-2.0", datasets=["conll2003", "wnut_17"])
    card = ModelCard(hub.files("user/model")["README.md"].decode())
    found = card.data.to_dict()
    assert found["library_name"] == "nlp-architect-ext"
    assert found["pipeline_tag"] == "token-classification"
    assert found["license"] == "apache-2.0"
    assert found["datasets"] == ["conll2003", "wnut_17"]
    measured = json.loads((trained / "metrics.json").read_text())["test"]
    scores = {result.metric_type: result.metric_value for result in card.data.eval_results}
    assert scores == {name: round(measured[name], 4) for name in ("f1", "precision", "recall")}
    assert {result.dataset_split for result in card.data.eval_results} == {"test"}
    assert 'from_pretrained("user/model")' in card.text
    assert "nlp-train pull --repo_id user/model" in card.text


def test_a_teacher_of_the_hub_is_named_as_base_model_and_one_of_this_machine_is_not(trained):
    config = load(trained, engine="torch").config
    assert "base_model" not in metadata(config)
    of_hub = {"name": "org/big", "fingerprint": "f", "revision": "abc"}
    assert metadata(replace(config, teachers=(of_hub,)))["base_model"] == ["org/big"]


def test_a_revision_is_pinned(hub, trained):
    first = push_to_hub(trained, "user/model").oid
    changed = load(trained, engine="torch")
    changed.set_outside_bias(-30.0)  # hardly any word is outside of entities
    second = changed.push_to_hub("user/model").oid
    assert first != second
    assert "onnx/sentences.onnx" not in hub.files("user/model")  # it was the first model's
    at_first = from_pretrained("user/model", revision=first, engine="torch")
    assert predictions(at_first) == predictions(load(trained, engine="torch"))
    newest = from_pretrained("user/model")
    assert predictions(newest) == predictions(changed)
    push_to_hub(trained, "user/model", revision="v1")
    assert {*hub.repositories["user/model"].branches} == {"main", "v1"}
    assert from_pretrained("user/model", revision="v1").engine == FASTEST
    with pytest.raises(UserError, match=r"^user/model at v9: has no such revision on the hub"):
        from_pretrained("user/model", revision="v9")


def test_a_pickle_beside_the_tagger_is_never_asked_for(hub, trained):
    push_to_hub(trained, "user/model")
    repository = hub.repositories["user/model"]
    evil = {"pytorch_model.bin": b"evil", "onnx/x.pkl": b"evil", "a/config.json": b"evil"}
    repository.commit("main", {**hub.files("user/model"), **evil})
    hub.asked.clear()
    folder = from_pretrained("user/model").folder
    assert not [path for _, path in hub.asked if path.endswith((*evil,))]
    assert not [path for path in folder.rglob("*") if path.suffix in (".bin", ".pkl")]
    push_to_hub(trained, "user/model")  # and what isn't ours stays
    assert {*evil} <= {*hub.files("user/model")}


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "onnx/words.safetensors"])
def test_a_damaged_file_is_refused(hub, trained, name):
    push_to_hub(trained, "user/model")
    files = hub.files("user/model")
    damaged = files[name][:-1] + bytes([files[name][-1] ^ 1])
    hub.repositories["user/model"].commit("main", {**files, name: damaged})
    with pytest.raises(UserError, match=rf"user/model: {name}: isn't the file.*to fetch it again"):
        from_pretrained("user/model")


def test_a_card_edited_on_the_hub_damages_nothing(hub, trained, tmp_path):
    push_to_hub(trained, "user/model")
    files = hub.files("user/model")
    hub.repositories["user/model"].commit("main", {**files, "README.md": b"# Ours\n"})
    assert from_pretrained("user/model").engine == FASTEST
    pull = ["pull", "--repo_id", "user/model", "--output_dir", str(tmp_path / "pulled")]
    assert cli.train(pull) == 0
    assert (tmp_path / "pulled" / "README.md").read_text() == "# Ours\n"


def test_weights_that_do_not_fit_are_refused_though_their_sums_are_right(trained, tmp_path):
    save_pretrained(trained, tmp_path / "out")
    config = json.loads((tmp_path / "out" / "config.json").read_text())
    config["arguments"]["lstm_width"] += 1
    (tmp_path / "out" / "config.json").write_text(json.dumps(config))
    write_manifest(tmp_path / "out")
    with pytest.raises(UserError, match="expected weights that fit"):
        load(tmp_path / "out", engine="torch")


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (404, "the hub fails|no such model on the hub"),
        (401, "the hub refuses the token"),
        (403, "the hub refuses the token"),
        (500, "the hub fails"),
    ],
)
def test_what_the_hub_refuses_is_said_in_one_line(hub, trained, status, said):
    push_to_hub(trained, "user/model")
    hub.failing = {"/api/models/user/model": status}
    with pytest.raises(UserError, match=said) as caught:
        from_pretrained("user/model")
    assert "\n" not in str(caught.value)
    with pytest.raises(UserError, match=said):
        push_to_hub(trained, "user/model")


def test_a_connection_that_is_cut_is_said_and_leaves_nothing_that_loads(hub, trained):
    push_to_hub(trained, "user/model")
    hub.failing = {"words.safetensors": 0}
    with pytest.raises(UserError, match=r"^user/model: the hub fails"):
        from_pretrained("user/model")
    hub.failing = {}
    assert from_pretrained("user/model").engine == FASTEST  # and the next call goes on


def test_a_name_that_is_not_there_a_private_one_and_a_wrong_token(hub, trained, capsys):
    push_to_hub(trained, "user/model", private=True)
    assert from_pretrained("user/model").engine == FASTEST
    for name, token in (("user/none", None), ("user/model", "hf_wrong")):
        with pytest.raises(UserError, match=f"^{name}: no such model on the hub") as caught:
            from_pretrained(name, token=token, cache_dir=trained.parent / "other")
        assert "hf_" not in str(caught.value)
    with pytest.raises(UserError, match="the hub refuses the token"):
        push_to_hub(trained, "user/model", token=token)
    with pytest.raises(UserError, match="no name that the hub allows"):
        from_pretrained("no/such/folder")
    assert cli.train(["pull", "--repo_id", "user/none", "--output_dir", "x"]) == 2
    assert capsys.readouterr().err.splitlines()[-1].startswith("user/none: no such model")


def test_a_repository_of_something_else_is_no_tagger(hub):
    repository = hub.repositories["org/bert"] = hub_server.Repository()
    repository.commit("main", {"config.json": b"{}", "pytorch_model.bin": b"evil"})
    with pytest.raises(UserError, match=r"^org/bert: has no MANIFEST.json; .*a transformer is a"):
        from_pretrained("org/bert")


def test_push_and_pull_are_commands(hub, trained, tmp_path):
    push = ["push", "--model_dir", str(trained), "--repo_id", "user/model", "--private"]
    assert cli.train([*push, "--license", "mit", "--datasets", "a/b", "c"]) == 0
    assert hub.repositories["user/model"].private
    assert ModelCard(hub.files("user/model")["README.md"].decode()).data.datasets == ["a/b", "c"]
    pull = ["pull", "--repo_id", "user/model", "--output_dir", str(tmp_path / "pulled")]
    assert cli.train(pull) == 0
    assert cli.train(pull) == 2  # nothing is replaced unasked
    assert cli.train([*pull, "--overwrite_output_dir"]) == 0
    here = {path.name for path in (tmp_path / "pulled").iterdir()}
    assert here == {path.partition("/")[0] for path in hub.files("user/model")} - {".gitattributes"}
    assert load(tmp_path / "pulled").engine == FASTEST
    assert predictions(load(tmp_path / "pulled")) == predictions(load(trained))


def test_a_clone_loads_and_can_be_written_again(hub, trained, tmp_path):
    push_to_hub(trained, "user/model")
    clone = tmp_path / "clone"
    for path, content in {**hub.files("user/model"), ".git/HEAD": b"ref"}.items():
        (clone / path).parent.mkdir(parents=True, exist_ok=True)
        (clone / path).write_bytes(content)
    assert str(load(clone).folder) == str(clone)
    assert load(clone).engine == FASTEST
    save_pretrained(trained, clone)
    assert (clone / ".git" / "HEAD").exists()
    assert load(clone).engine == FASTEST


def test_an_export_alone_can_be_published(hub, trained):
    push_to_hub(trained / "export", "user/small")
    assert not [path for path in hub.files("user/small") if path.startswith(("onnx", "model"))]
    fetched = from_pretrained("user/small")
    assert predictions(fetched) == predictions(load(trained, engine=FASTEST))


def test_an_outdated_export_stays_at_home(trained, tmp_path):
    copy = tmp_path / "copy"
    other = load(trained, engine="torch")
    other.set_outside_bias(1.0)
    other.save(copy)
    (copy / "export").mkdir()
    for path in (trained / "export").iterdir():
        (copy / "export" / path.name).write_bytes(path.read_bytes())
    save_pretrained(copy, tmp_path / "out")
    assert not (tmp_path / "out" / "onnx").exists()
    assert load(tmp_path / "out").engine == "torch"


def test_a_tagger_that_was_never_written_can_be_saved(trained, tmp_path):
    tagger = load(trained, engine="torch")
    tagger.folder = None
    tagger.save_pretrained(tmp_path / "out")
    assert predictions(load(tmp_path / "out")) == predictions(tagger)
    card = ModelCard((tmp_path / "out" / "README.md").read_text())
    assert card.data.pipeline_tag == "token-classification"
    exported = load(trained)
    exported.folder = None
    with pytest.raises(UserError, match="wasn't read from a folder"):
        exported.save_pretrained(tmp_path / "other")


@pytest.mark.parametrize("card", [b"---\nlicense: [open\n---\n# x\n", b"\xff\xfe"])
def test_a_card_that_cannot_be_read_is_said(hub, trained, tmp_path, card):
    copy = tmp_path / "copy"
    shutil.copytree(trained, copy)
    (copy / "README.md").write_bytes(card)
    with pytest.raises(UserError, match=r"README.md: can't be read as a model card"):
        push_to_hub(copy, "user/model", license="mit")
    assert hub.asked == []


def test_a_model_without_an_owner_is_not_pushed(hub, trained):
    with pytest.raises(
        UserError, match=r"^model: no name that the hub allows; expected user/model"
    ):
        push_to_hub(trained, "model")


def test_a_folder_of_something_else_is_left_alone(trained, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    save_pretrained(trained, tmp_path / "published")
    published = tmp_path / "published"
    for source, place in [
        (trained, tmp_path),
        (published, trained),
        (trained, trained),
        (published, published),
        (published / "onnx", published),
    ]:
        before = sorted(place.rglob("*"))
        with pytest.raises(UserError, match=r"no published model wrote|holds the tagger itself"):
            save_pretrained(source, place)
        assert sorted(place.rglob("*")) == before


def test_load_points_to_the_hub_where_a_name_could_be_meant(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=r'no such folder.*from_pretrained\("user/model"\)'):
        load("user/model")
    with pytest.raises(UserError) as caught:
        load(tmp_path / "none")
    assert "Hugging Face" not in str(caught.value)


def test_from_pretrained_takes_a_folder_too(trained):
    assert predictions(from_pretrained(trained)) == predictions(load(trained))


def test_without_the_client_the_extra_is_named(monkeypatch, trained):
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(UserError, match=r"pip install 'nlp-architect-ext\[hub\]'"):
        client.fetch("user/model")
    with pytest.raises(UserError, match=r"nlp-architect-ext\[hub\]"):
        save_pretrained(trained, trained.parent / "licensed", license="mit")


SCALARS = st.text(max_size=5) | st.booleans() | st.floats(allow_nan=False, allow_infinity=False)
MAPPINGS = st.dictionaries(st.text(max_size=5), SCALARS, max_size=2)
LISTS = st.lists(SCALARS | MAPPINGS | st.lists(SCALARS, max_size=2), max_size=2)


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(st.text(max_size=5), SCALARS | MAPPINGS | LISTS, min_size=1, max_size=2))
def test_whatever_users_write_is_yaml_that_says_the_same(data):
    assert yaml.safe_load(to_yaml(data)) == data


@pytest.mark.parametrize(
    "word", ["no", "Yes", "null", "on", "1e5", "a: b", "x # y", "- z", "~", ""]
)
def test_words_that_yaml_takes_for_something_else_stay_words(word):
    assert yaml.safe_load(to_yaml({"language": word, word: [word]})) == {
        "language": word,
        word: [word],
    }


def test_the_names_are_handed_on():
    for name in ("from_pretrained", "push_to_hub", "save_pretrained"):
        assert name in nlp_architect_ext.__all__
    assert Path(huggingface_hub.__file__).exists()


def test_the_page_does_what_it_says(hub, trained, tmp_path, monkeypatch, capsys):
    page = (Path(__file__).parents[1] / "docs" / "hub.md").read_text(encoding="utf-8")
    shutil.copytree(trained, tmp_path / "out")
    (tmp_path / "raw.txt").write_text("Anna lives in Oslo.\n")
    monkeypatch.chdir(tmp_path)
    for language, block in re.findall(r"^```(sh|python)\n(.*?)^```$", page, re.M | re.DOTALL):
        if language == "python":
            (tmp_path / "block.py").write_text(block)
            runpy.run_path("block.py")
            continue
        for line in block.splitlines():
            program, *arguments = shlex.split(line)
            run = {"nlp-train": cli.train, "nlp-inference": cli.inference}[program]
            assert run(arguments) == 0, line
    assert (tmp_path / "tagged" / "output.txt").exists()
    assert (tmp_path / "published" / "onnx" / "sentences.onnx").exists()
    assert {*hub.repositories["user/model"].branches} == {"main", "v2"}
