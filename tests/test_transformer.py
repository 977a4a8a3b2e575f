"""The transformer as a teacher: what it says, what it refuses, and where it comes from."""

import itertools
import json
import re
import shutil
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise

import huggingface_hub
import numpy as np
import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file
from tiny_teacher import POSITIONS, tiny_classifier, tiny_encoder
from torch import nn

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.encoders.folder import find, labels_of
from nlp_architect_ext.encoders.loading import load_model
from nlp_architect_ext.teachers.base import Teacher
from nlp_architect_ext.teachers.best_labels import best_labels
from nlp_architect_ext.teachers.fine_tuning import FineTuning, fine_tune
from nlp_architect_ext.teachers.transformer import TransformerTokenClassifier

KINDS = ("wordpiece", "bytes", "metaspace")
WORDS = ("Anna", "lives", "in", "Paris", "with", "Bertrand", ",", "é")
LABELS = LabelSet.for_types(["LOC", "PER"])
SENTENCES = [
    Sentence(("Anna", "lives", "in", "Paris")),
    Sentence(("Bertrand",)),
    Sentence(("Paris", ",", "Bertrand", "with", "Anna", "in", "Paris")),
]


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    return {
        kind: tiny_classifier(tmp_path_factory.mktemp(kind), WORDS, LABELS.names, kind)
        for kind in KINDS
    }


@pytest.fixture
def folder(folders, tmp_path):
    """A copy to be spoilt."""
    return shutil.copytree(folders["wordpiece"], tmp_path / "teacher")


@pytest.fixture(scope="module")
def teacher(folders):
    return TransformerTokenClassifier.load(folders["wordpiece"], LABELS)


def change(path, **values):
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


# What it says


@pytest.mark.parametrize("kind", KINDS)
def test_logits_are_those_of_transformers(folders, kind):
    teacher = TransformerTokenClassifier.load(folders[kind], LABELS)
    model = transformers.AutoModelForTokenClassification.from_pretrained(folders[kind]).eval()
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_file=str(folders[kind] / "tokenizer.json")
    )
    encoded = tokenizer(
        "Anna lives in Paris", return_tensors="pt", return_offsets_mapping=True, truncation=False
    )
    offsets = encoded.pop("offset_mapping")[0].tolist()
    encoded.pop("token_type_ids", None)
    with torch.no_grad():
        logits = model(**encoded).logits[0].numpy()
    first = [
        next(i for i, (a, b) in enumerate(offsets) if a <= start < b) for start in (0, 5, 11, 14)
    ]
    (found,) = teacher.logits(SENTENCES[:1])
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, logits[first], atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_neighbours_in_the_batch_change_nothing(folders, kind):
    together = TransformerTokenClassifier.load(folders[kind], LABELS, batch_size=3).logits(
        SENTENCES
    )
    alone = TransformerTokenClassifier.load(folders[kind], LABELS, batch_size=1)
    for sentence, logits in zip(SENTENCES, together, strict=True):
        np.testing.assert_allclose(alone.logits([sentence])[0], logits, atol=1e-5)


def test_predictions_are_the_best_legal_labels(teacher):
    for labels, logits in zip(teacher.predict(SENTENCES), teacher.logits(SENTENCES), strict=True):
        sequences = itertools.product(range(len(LABELS)), repeat=len(logits))
        legal = (
            s
            for s in sequences
            if LABELS.legal_start[s[0]] and all(LABELS.legal[pair] for pair in pairwise(s))
        )
        best = max(legal, key=lambda s: sum(logits[word, label] for word, label in enumerate(s)))
        assert [LABELS.ids[label] for label in labels] == list(best)


@pytest.mark.parametrize("kind", [np.float16, np.float32])
def test_illegal_labels_are_never_predicted(kind):
    rows = np.array([[0, 0, 0, 0, 9], [0, 0, 5, 4, 6], [0, 0, 0, 0, 0], [1, 0, 0, 0, 2]], kind)
    # The arg max has I-PER at the start and after O.
    assert best_labels([rows], LABELS) == [("B-PER", "I-PER", "O", "O")]
    assert not rows[2].any()  # what was given stays as it was


@pytest.mark.parametrize("kind", KINDS)
def test_defect_12_long_sentences_are_not_cut(folders, kind):
    teacher = TransformerTokenClassifier.load(folders[kind], LABELS)
    sentence = Sentence(WORDS[:6] * 60)
    (logits,) = teacher.logits([sentence])
    assert logits.any(axis=1).all()
    assert len(teacher.predict([sentence])[0]) == len(sentence) > POSITIONS


def test_defect_20_a_word_without_pieces_is_neutral(teacher):
    labels = LabelSet(("B-PER", "O"), "IOB2")
    (logits,) = teacher.logits([Sentence(("Anna", "\u200b", "Paris"))])
    assert logits.any(axis=1).tolist() == [True, False, True]
    assert teacher.predict([Sentence(("\u200b",))]) == [("O",)]
    reordered = TransformerTokenClassifier(
        teacher.model, teacher.aligner.tokenizer, LABELS.names, LABELS
    )
    reordered.labels = labels  # in which O isn't the first
    assert reordered.predict([Sentence(("\u200b",))]) == [("O",)]


def test_empty_input(teacher):
    assert teacher.logits([]) == []
    assert teacher.logits([Sentence(())])[0].shape == (0, len(LABELS))
    assert teacher.predict([Sentence(()), Sentence(("\u200b",))]) == [(), ("O",)]


def test_other_architectures(folder, tmp_path):
    """One without segments, and one without a limit of positions, which gets ours."""
    pieces = json.loads((folder / "tokenizer.json").read_text())["model"]["vocab"]
    shape = {"vocab_size": len(pieces), "num_labels": 2, "id2label": {0: "O", 1: "B-PER"}}
    small = {
        "dim": 32,
        "hidden_dim": 32,
        "n_layers": 1,
        "n_heads": 2,
        "max_position_embeddings": 40,
    }
    relative = {"d_model": 32, "d_inner": 32, "n_layer": 1, "n_head": 2}
    for config, limit in (
        (transformers.DistilBertConfig(**shape, **small), 40),
        (transformers.XLNetConfig(**shape, **relative), 512),
    ):
        target = tmp_path / config.model_type
        transformers.AutoModelForTokenClassification.from_config(config).save_pretrained(target)
        shutil.copy(folder / "tokenizer.json", target)
        labels = LabelSet(("O", "B-PER"), "IOB2")
        fine_tune(
            target,
            [Sentence(("Anna",) * 60, ("B-PER",) * 60)],
            None,
            labels,
            target,
            FineTuning(max_steps=1),
        )
        teacher = TransformerTokenClassifier.load(target, labels)
        assert teacher.aligner.limit == limit
        assert teacher.logits([Sentence(("Anna",) * 60)])[0].any(axis=1).all()


def test_defect_5_it_keeps_no_gradients_and_uses_no_dropout(teacher):
    assert not any(parameter.requires_grad for parameter in teacher.model.parameters())
    grads = []
    handle = teacher.model.register_forward_hook(lambda *_: grads.append(torch.is_grad_enabled()))
    teacher.model.train()
    one, other = teacher.logits(SENTENCES)[0], teacher.logits(SENTENCES)[0]
    handle.remove()
    assert grads == [False, False]
    assert teacher.model.training  # as it was before
    np.testing.assert_array_equal(one, other)


def test_bf16_is_close_and_comes_as_float32(folders, teacher):
    half = TransformerTokenClassifier.load(folders["wordpiece"], LABELS, precision="bf16")
    for exact, close in zip(teacher.logits(SENTENCES), half.logits(SENTENCES), strict=True):
        assert close.dtype == np.float32
        assert 0 < np.abs(close - exact).max() < 0.1


@pytest.mark.parametrize(("is_there", "taken"), [(True, "bf16"), (False, "fp32")])
def test_it_labels_in_bf16_where_the_processor_has_units_for_it(
    folders, monkeypatch, is_there, taken
):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"amx_bf16": is_there})
    chosen = TransformerTokenClassifier.load(folders["wordpiece"], LABELS, precision="auto")
    expected = TransformerTokenClassifier.load(folders["wordpiece"], LABELS, precision=taken)
    assert chosen.fingerprint == expected.fingerprint
    for one, other in zip(chosen.logits(SENTENCES), expected.logits(SENTENCES), strict=True):
        np.testing.assert_array_equal(one, other)


def test_another_precision_is_refused(folders):
    with pytest.raises(UserError, match="'fp16'; expected one of: auto, fp32, bf16"):
        TransformerTokenClassifier.load(folders["wordpiece"], LABELS, precision="fp16")


# Which labels it has


def test_defect_17_labels_are_matched_by_name(folders, teacher):
    names = LABELS.names[::-1]
    backwards = TransformerTokenClassifier.load(folders["wordpiece"], LabelSet(names, "IOB2"))
    for logits, other in zip(teacher.logits(SENTENCES), backwards.logits(SENTENCES), strict=True):
        np.testing.assert_array_equal(logits, other[:, ::-1])
    assert backwards.predict(SENTENCES) == teacher.predict(SENTENCES)


@pytest.mark.parametrize("types", [["PER"], ["LOC", "PER", "ORG"], ["ORG", "PER"]])
def test_defect_17_other_labels_are_refused_with_both_lists(folders, types):
    with pytest.raises(UserError) as caught:
        TransformerTokenClassifier.load(folders["wordpiece"], LabelSet.for_types(types))
    assert " ".join(LABELS.names) in str(caught.value)
    assert " ".join(LabelSet.for_types(types).names) in str(caught.value)


def test_labels_of(folders, folder, tmp_path):
    assert labels_of(folders["bytes"]) == LABELS.names
    assert labels_of(tiny_encoder(tmp_path / "raw", WORDS)) is None
    change(folder / "config.json", id2label={str(i): f"LABEL_{i}" for i in range(5)})
    assert labels_of(folder) is None
    change(
        folder / "config.json",
        id2label={str(i): name for i, name in reversed(list(enumerate(LABELS.names)))},
    )
    assert labels_of(folder) == LABELS.names
    change(folder / "config.json", architectures=["BertForSequenceClassification"])
    assert labels_of(folder) is None


def test_an_encoder_without_labels_is_refused(tmp_path):
    with pytest.raises(UserError, match=r"no token classifier.*fine-tune"):
        TransformerTokenClassifier.load(tiny_encoder(tmp_path / "raw", WORDS), LABELS)


# Its fingerprint


def test_defect_9_a_moved_teacher_is_the_same_teacher(folder, tmp_path, teacher):
    (folder / "README.md").write_text("Notes are not part of it.")
    moved = shutil.move(folder, tmp_path / "elsewhere")
    again = TransformerTokenClassifier.load(moved, LABELS)
    assert again.fingerprint == teacher.fingerprint
    for one, other in zip(again.logits(SENTENCES), teacher.logits(SENTENCES), strict=True):
        np.testing.assert_array_equal(one, other)
    assert isinstance(again, Teacher)


def test_another_teacher_has_another_fingerprint(folder, folders, teacher):
    others = [
        TransformerTokenClassifier.load(folders["bytes"], LABELS),
        TransformerTokenClassifier.load(folders["wordpiece"], LabelSet(LABELS.names[::-1], "IOB2")),
        TransformerTokenClassifier.load(folders["wordpiece"], LABELS, precision="bf16"),
        TransformerTokenClassifier.load(folders["wordpiece"], LABELS, max_pieces=32),
    ]
    weights = load_file(folder / "model.safetensors")
    weights["classifier.bias"][0] += 1
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    others.append(TransformerTokenClassifier.load(folder, LABELS))
    change(folder / "tokenizer.json", normalizer={"type": "Lowercase"})
    others.append(TransformerTokenClassifier.load(folder, LABELS))
    assert len({teacher.fingerprint, *(other.fingerprint for other in others)}) == 7


# What it refuses


def without(*names):
    def spoil(folder):
        for name in names:
            (folder / name).unlink()

    return spoil


def only_pickle(folder):
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


def cut_weights(folder):
    whole = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(whole[: len(whole) // 2])


def lose_weights(name):
    def spoil(folder):
        weights = load_file(folder / "model.safetensors")
        save_file(
            {k: v for k, v in weights.items() if name not in k},
            folder / "model.safetensors",
            {"format": "pt"},
        )

    return spoil


def panic(folder):
    change(
        folder / "tokenizer.json",
        normalizer={"type": "Precompiled", "precompiled_charsmap": "AAAA"},
    )


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (shutil.rmtree, "no such folder"),
        (without("config.json"), "has no config.json"),
        (without("model.safetensors"), "has no model.safetensors"),
        (without("tokenizer.json", "tokenizer_config.json"), "has no tokenizer"),
        (only_pickle, "only as pytorch_model.bin, which can run code"),
        (cut_weights, "can't be loaded"),
        (
            lose_weights("layer.1.attention"),
            "lacks 10 weights, such as bert.encoder.layer.1.attention",
        ),
        (lose_weights("classifier"), "lacks 2 weights, such as classifier.bias"),
        (lambda folder: (folder / "config.json").write_text("{"), "config.json:1"),
        (
            lambda folder: change(folder / "config.json", model_type="no-such-model"),
            "can't be loaded",
        ),
        (lambda folder: change(folder / "config.json", hidden_size=33), "can't be loaded|lacks"),
        (
            lambda folder: (folder / "tokenizer.json").write_text('{"model": 1}'),
            "no tokenizer that loads",
        ),
        (panic, r"no tokenizer that loads \(PanicException"),
    ],
)
def test_a_damaged_folder_is_a_user_error_of_one_line(folder, spoil, message):
    spoil(folder)
    with pytest.raises(UserError, match=message) as caught:
        TransformerTokenClassifier.load(folder, LABELS)
    assert "\n" not in str(caught.value)


def test_code_of_a_checkpoint_is_never_run(folder, tmp_path, monkeypatch):
    monkeypatch.setattr("builtins.input", lambda *_: pytest.fail("asked on the terminal"))
    proof = tmp_path / "proof"
    (folder / "evil.py").write_text(f"open({str(proof)!r}, 'w')")
    names = {"AutoConfig": "evil.Config", "AutoModelForTokenClassification": "evil.Model"}
    change(folder / "config.json", model_type="evil", auto_map=names)
    with pytest.raises(UserError, match="can't be loaded"):
        TransformerTokenClassifier.load(folder, LABELS)
    assert not proof.exists()


def test_a_file_is_no_folder(folder):
    with pytest.raises(UserError, match="is a file"):
        find(folder / "config.json")


@pytest.mark.parametrize("kind", KINDS)
def test_windows_fit_the_positions_of_the_model(folders, kind):
    assert TransformerTokenClassifier.load(folders[kind], LABELS).aligner.limit == POSITIONS
    assert TransformerTokenClassifier.load(folders[kind], LABELS, max_pieces=20).aligner.limit == 20
    with pytest.raises(
        UserError, match=f"windows of {POSITIONS + 1} word pieces; expected at most {POSITIONS}"
    ):
        TransformerTokenClassifier.load(folders[kind], LABELS, max_pieces=POSITIONS + 1)


def test_loading_is_quiet_and_leaves_transformers_as_it_was(folder, capfd):
    before = transformers.utils.logging.get_verbosity()
    load_model(find(folder), ["a", "b"], new_head=True)
    assert "".join(capfd.readouterr()) == ""
    assert transformers.utils.logging.get_verbosity() == before


def test_old_checkpoints_without_tokenizer_json_load(folder, teacher):
    vocabulary = json.loads((folder / "tokenizer.json").read_text())["model"]["vocab"]
    (folder / "vocab.txt").write_text(
        "\n".join(sorted(vocabulary, key=vocabulary.__getitem__)) + "\n"
    )
    (folder / "tokenizer.json").unlink()
    old = TransformerTokenClassifier.load(folder, LABELS)
    for one, other in zip(old.logits(SENTENCES), teacher.logits(SENTENCES), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


# The hub


class Hub(BaseHTTPRequestHandler):
    """As much of the hub's interface as a download needs; serves a folder as `someone/teacher`."""

    sha = "0123456789abcdef0123456789abcdef01234567"

    def do_HEAD(self):
        self.answer(body=False)

    def do_GET(self):
        self.answer(body=True)

    def answer(self, *, body):
        path = self.path.partition("?")[0]
        files = {file.name: file.read_bytes() for file in self.server.folder.iterdir()}
        if path.startswith("/api/models/someone/teacher/tree/"):
            tree = [
                {"type": "file", "path": name, "size": len(data), "oid": name}
                for name, data in files.items()
            ]
            self.send(json.dumps(tree).encode(), body)
        elif path.startswith("/api/models/someone/teacher"):
            siblings = [{"rfilename": name} for name in files]
            self.send(
                json.dumps(
                    {"id": "someone/teacher", "sha": self.sha, "siblings": siblings}
                ).encode(),
                body,
            )
        elif found := re.fullmatch(rf"/someone/teacher/resolve/{self.sha}/(.*)", path):
            self.server.fetched.append(found[1])
            self.send(files[found[1]], body, etag=found[1])
        else:
            self.send(b'{"error": "Repository not found"}', body, status=404, error="RepoNotFound")

    def send(self, data, body, *, status=200, etag=None, error=None):
        self.send_response(status)
        headers = {
            "Content-Length": len(data),
            "Content-Type": "application/json",
            "X-Repo-Commit": self.sha,
        }
        for name, value in {**headers, "ETag": etag and f'"{etag}"', "X-Error-Code": error}.items():
            if value is not None:
                self.send_header(name, str(value))
        self.end_headers()
        if body:
            self.wfile.write(data)

    def log_message(self, *_):
        pass


@pytest.fixture
def hub(folder, monkeypatch, tmp_path):
    """A hub on this machine, with an empty cache; set `offline` to take it away."""
    (folder / "pytorch_model.bin").write_bytes(b"never to be fetched")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    server.folder, server.fetched = folder, []
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", url)
    monkeypatch.setattr(
        huggingface_hub.constants,
        "HUGGINGFACE_CO_URL_TEMPLATE",
        url + "/{repo_id}/resolve/{revision}/{filename}",
    )
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    yield server
    server.shutdown()
    server.server_close()


def test_a_teacher_from_the_hub_records_its_revision_and_needs_the_hub_once(
    hub, monkeypatch, teacher
):
    found = TransformerTokenClassifier.load("someone/teacher", LABELS)
    assert found.revision == Hub.sha
    assert found.fingerprint == teacher.fingerprint
    assert "pytorch_model.bin" not in hub.fetched
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    assert TransformerTokenClassifier.load("someone/teacher", LABELS).revision == Hub.sha


def test_a_teacher_fine_tuned_from_the_hub_records_the_revision_of_its_encoder(hub, tmp_path):
    train = [Sentence(("Anna", "lives"), ("B-PER", "O"))]
    result = fine_tune(
        "someone/teacher", train, None, LABELS, tmp_path / "tuned", FineTuning(max_steps=1)
    )
    found = TransformerTokenClassifier.load(tmp_path / "tuned", LABELS)
    assert result["revision"] == found.revision == Hub.sha


def test_a_name_that_the_hub_does_not_know(hub):
    with pytest.raises(UserError, match="no such folder, and no such model on the hub"):
        find("someone/teeacher")


def test_a_hub_that_can_not_be_reached(hub, monkeypatch):
    monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(
        UserError, match=r"no such folder, and the hub can't be reached.*give its folder"
    ) as caught:
        find("bert-base-cased")
    assert "\n" not in str(caught.value)


def test_offline(hub, monkeypatch):
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(UserError, match="the hub can't be reached"):
        find("bert-base-cased")
    assert hub.fetched == []


@pytest.mark.parametrize(
    "name", ["./teacher", "/no/where", "~/no-such-folder", "a/b/c", "no\\where"]
)
def test_paths_are_not_asked_for_on_the_hub(hub, name):
    with pytest.raises(UserError, match="no such folder; expected a folder"):
        find(name)
    assert hub.fetched == []


def test_a_name_that_can_not_be_one():
    with pytest.raises(UserError, match="no name that the hub allows"):
        find("two words")


def test_nothing_is_reported_to_the_hub():
    assert huggingface_hub.constants.HF_HUB_DISABLE_TELEMETRY


def test_a_new_head_forgets_another_task(folder):
    torch.manual_seed(1)
    old = load_file(folder / "model.safetensors")["classifier.weight"]
    # As many labels, but other ones.
    model = load_model(find(folder), [f"label-{i}" for i in range(5)], new_head=True)
    heads = [
        module
        for name, module in model.named_modules()
        if isinstance(module, nn.Linear) and name == "classifier"
    ]
    assert not torch.equal(heads[0].weight, old)
    assert not heads[0].bias.any()
