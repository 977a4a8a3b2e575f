"""What a finished run says for people."""

import json

import pytest
from corpora import write_corpus

from nlp_architect_ext.model_folder import TaggerConfig
from nlp_architect_ext.plots import learning_curve
from nlp_architect_ext.report import model_card, page, per_type, table

SCORES = {
    "f1": 0.5, "precision": 0.25, "recall": 1.0, "support": 3,
    "per_type": {"<b>": {"f1": 0.5, "precision": 0.25, "recall": 1.0, "support": 3}},
    "errors": {"boundary": 1, "type": 2, "missed": 3, "invented": 4},
}  # fmt: skip
METRICS = {
    "dev": SCORES, "test": SCORES, "teacher": {"test": {**SCORES, "f1": 0.75}},
    "parameters": {"student": 3_000_000, "teacher": 22_000_000}, "bytes": 12_000_000, "seconds": {"student": 61.4},
}  # fmt: skip
CONFIG = TaggerConfig(
    student="cnn-lstm", arguments={}, labels={"scheme": "IOB2", "names": ["O", "B-PER", "I-PER"]}, decoder="crf",
    scheme="IOB2", tokenizer="spacy", language="en", max_words=50, teachers=({"name": "bert-base-cased"},),
)  # fmt: skip


def test_the_table_has_teacher_and_student():
    assert table(METRICS).splitlines()[2:] == [
        "| student, dev | 50.00 | 25.00 | 100.00 | 3,000,000 |",
        "| teacher, test | 75.00 | 25.00 | 100.00 | 22,000,000 |",
        "| student, test | 50.00 | 25.00 | 100.00 | 3,000,000 |",
    ]


def test_the_model_card_has_hugging_face_metadata_and_the_command():
    card = model_card(CONFIG, METRICS, "nlp-train tagger_kd_pseudo --teacher bert-base-cased")
    metadata = card.split("---\n")[1]
    assert "pipeline_tag: token-classification" in metadata
    assert "      - type: f1\n        value: 0.5000" in metadata
    assert "distilled from bert-base-cased" in card
    assert "with a conditional random field" in card
    assert "nlp-train tagger_kd_pseudo --teacher bert-base-cased" in card
    assert "student 61" in card


def test_without_any_score_the_card_still_says_what_it_is():
    card = model_card(CONFIG, {**METRICS, "dev": None, "test": None, "teacher": {}}, "nlp-train tagger")
    assert "model-index" not in card
    assert per_type({"dev": None}) == ""


def test_the_page_needs_no_other_file_and_escapes_names():
    text = page(CONFIG, METRICS, b"\x89PNG")
    assert 'src="data:image/png;base64,iVBORw==' in text
    assert "&lt;b&gt;" in text
    assert "<b>" not in text
    assert "boundary 1, type 2, missed 3, invented 4" in text


@pytest.mark.parametrize(
    ("student", "teacher", "reference"),
    [
        ([], [], None),
        ([{"step": 1, "loss": 2.0, "task": 1.0, "distillation": 1.0}, {"step": 2, "dev_f1": 0.5}], [], 0.7),
        (
            [{"step": 1, "loss": 2.0, "task": 2.0}],
            [{"step": 1, "loss": 1.0, "dev_f1": 0.1}, {"step": 2, "dev_f1": None}],
            None,
        ),
    ],
)
def test_curves_are_drawn_whatever_there_is(student, teacher, reference):
    picture = learning_curve(student, teacher, reference)
    assert picture.startswith(b"\x89PNG\r\n")
    assert len(picture) > 5_000


def test_the_generated_corpus_is_reproducible(tmp_path):
    one, other = write_corpus(tmp_path / "a"), write_corpus(tmp_path / "b")
    assert (one / "train.txt").read_text() == (other / "train.txt").read_text()
    assert json.dumps((one / "unlabeled.txt").read_text()).count("\\n") == 60
