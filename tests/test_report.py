"""What a finished run says for people."""

import json
import re
from dataclasses import replace
from html import escape
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from corpora import write_corpus

from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.evaluation.annotate import ToAnnotate, Uncertain
from nlp_architect_ext.evaluation.calibration import reliability
from nlp_architect_ext.evaluation.evaluation import Evaluation
from nlp_architect_ext.evaluation.metrics import score
from nlp_architect_ext.evaluation.results import Metrics, SentenceCounts
from nlp_architect_ext.evaluation.scores import Scores
from nlp_architect_ext.reports.findings import Findings
from nlp_architect_ext.reports.html_table import html_table
from nlp_architect_ext.reports.last_lines import last_lines
from nlp_architect_ext.reports.model_card import model_card
from nlp_architect_ext.reports.page import page
from nlp_architect_ext.reports.plots import learning_curve, reliability_curve
from nlp_architect_ext.reports.tables import (
    error_kinds,
    markdown,
    overall,
    per_type,
    side_by_side,
)
from nlp_architect_ext.runtime.calibration import Calibration
from nlp_architect_ext.runtime.config import TaggerConfig
from nlp_architect_ext.runtime.text_tagger import Prediction

SCORES = {
    "f1": 0.5,
    "precision": 0.25,
    "recall": 1.0,
    "support": 3,
    "accuracy": 0.9,
    "per_type": {"<b>": {"f1": 0.5, "precision": 0.25, "recall": 1.0, "support": 3}},
    "errors": {"boundary": 1, "type": 2, "missed": 3, "invented": 4},
    "calibration": {
        "ece": 0.021,
        "ece_before": 0.15,
        "bins": [{"score": 0.5, "right": 0.25, "count": 4}],
    },
}
METRICS_JSON = {
    "dev": SCORES,
    "test": SCORES,
    "teacher": {"test": {**SCORES, "f1": 0.75}},
    "parameters": {"student": 3_000_000, "teacher": 22_000_000},
    "bytes": 12_000_000,
    "sentences": {"labelled": 300, "unlabelled": 5_000},
    "device": "cpu",
    "seconds": {"student": 61.4, "evaluation": 9.0},
    "processor_seconds": {"student": 120.0, "evaluation": 9.0},
    "operations": {"student": 2.5e12, "evaluation": 0},
}
METRICS = Metrics.from_json(METRICS_JSON)
CONFIG = TaggerConfig(
    student="cnn-lstm",
    arguments={},
    labels={"scheme": "IOB2", "names": ["O", "B-PER", "I-PER"]},
    decoder="crf",
    scheme="IOB2",
    tokenizer="spacy",
    language="en",
    max_words=50,
    teachers=({"name": "bert-base-cased"},),
    calibration=Calibration(0.5, -0.1),
)
NASTY = "<b>&\"'"
LABELS = LabelSet(("O", f"B-{NASTY}", f"I-{NASTY}"), "IOB2")
EVALUATION = Evaluation(
    [
        Sentence((NASTY, "met", "Bo"), (f"B-{NASTY}", "O", f"B-{NASTY}")),
        Sentence(("fine",), ("O",)),
    ],
    [Prediction((f"B-{NASTY}", f"I-{NASTY}", "O"), (0.9, 0.8, 0.7)), Prediction(("O",), (1.0,))],
    [(f"B-{NASTY}", "O", f"B-{NASTY}"), ("O",)],
    LABELS,
)
TO_ANNOTATE = ToAnnotate(
    (Uncertain(0.75, ("<script>", "alert", "(1)", "."), ("O",) * 4, doubtful=(0,)),), 4_000, 9_000
)


def measured(evaluation, teacher=True):
    """Metrics as of a run with one split."""
    splits = {"test": evaluation.scores(None)}
    if not teacher:
        return replace(METRICS, splits=splits, teacher={}, parameters={"student": 3_000_000})
    found = Scores.from_json(score(evaluation.gold, evaluation.teacher, LABELS))
    return replace(METRICS, splits=splits, teacher={"test": found})


def test_the_table_has_teacher_and_student():
    assert markdown(overall(METRICS)).splitlines()[2:] == [
        "| student, dev | 50.00 | 25.00 | 100.00 | 3,000,000 |",
        "| teacher, test | 75.00 | 25.00 | 100.00 | 22,000,000 |",
        "| student, test | 50.00 | 25.00 | 100.00 | 3,000,000 |",
    ]


def test_names_cannot_break_a_table():
    rows = [["type", "F1"], ["a|b", "<i>"]]
    assert markdown(rows) == "| type | F1 |\n|---|---|\n| a\\|b | <i> |\n"
    table = html_table(rows, "<label>")
    assert '<th scope="row">a|b</th><td>&lt;i&gt;</td>' in table
    assert 'aria-label="&lt;label&gt;"' in table
    assert (markdown([]), html_table([], "nothing")) == ("", "")


def test_teacher_and_student_stand_side_by_side():
    rows = side_by_side(METRICS, "test")
    assert rows[1] == ["all", "3", "75.00", "50.00", "-25.00", "25.00", "25.00", "100.00", "100.00"]
    assert rows[2][:5] == ["<b>", "3", "50.00", "50.00", "+0.00"]
    assert error_kinds(METRICS, "test")[1:] == [
        ["teacher", "1", "2", "3", "4"],
        ["student", "1", "2", "3", "4"],
    ]


def test_the_model_card_has_hugging_face_metadata_and_the_command():
    card = model_card(
        CONFIG, METRICS, ["/usr/bin/nlp-train", "tagger_kd_pseudo", "--teacher", "bert-base-cased"]
    )
    metadata = card.split("---\n")[1]
    assert "pipeline_tag: token-classification" in metadata
    assert "    - type: f1\n      value: 0.5\n" in metadata
    assert "distilled from bert-base-cased on 300 labelled and 5,000 raw sentences" in card
    assert "with a conditional random field" in card
    assert "nlp-train tagger_kd_pseudo --teacher bert-base-cased" in card
    assert "| all | 1.0 | 2.0 | 2.50 | 0.33 |" in card
    assert "| evaluation |" not in card
    assert "Expected calibration error on test: 2.1 % (15.0 % before)." in card


def test_a_card_is_tagged_by_what_was_done_and_tells_no_place_of_the_users_machine(tmp_path):
    local = replace(CONFIG, teachers=({"name": str(tmp_path / "my-teacher")}, {"name": "org/big"}))
    places = ["--teacher", str(tmp_path / "my-teacher"), f"--output_dir={tmp_path / 'out'}"]
    card = model_card(local, METRICS, [str(tmp_path / "nlp-train"), "tagger_kd", *places])
    assert "# A compact tagger, distilled from my-teacher, org/big on 300 labelled" in card
    assert "nlp-train tagger_kd --teacher my-teacher --output_dir=out" in card
    assert str(tmp_path) not in card
    assert "- distillation\n" in card
    plain = model_card(replace(CONFIG, teachers=()), METRICS, ["nlp-train", "tagger"])
    assert "- distillation" not in plain
    assert "- sequence-tagging\nmetrics:" in plain


def test_how_dev_was_made_is_said_wherever_it_is_scored(tmp_path):
    counts = SentenceCounts(300, 0, dev_of_train=60)
    dev = replace(METRICS.splits["dev"], cross_fitted=True)
    metrics = replace(
        METRICS, sentences=counts, splits={"test": METRICS.splits["test"], "dev": dev}
    )
    findings = Findings({"test": EVALUATION})
    texts = [
        model_card(CONFIG, metrics, ["nlp-train"]),
        page(CONFIG, replace(measured(EVALUATION), sentences=counts), findings),
        last_lines(tmp_path, metrics, ["README.md"]),
    ]
    assert all("dev: 60 sentences out of train" in text for text in texts)
    assert "dev is cross-fitted" in texts[0]
    assert "dev is cross-fitted" in texts[2]


def test_the_last_lines_are_a_plain_table_the_folder_and_what_comes_next():
    lines = last_lines(Path("my out"), METRICS, ["README.md", "metrics.json"]).splitlines()
    assert lines == [
        "",
        "                  F1  precision  recall  parameters",
        "student, dev   50.00      25.00  100.00   3,000,000",
        "teacher, test  75.00      25.00  100.00  22,000,000",
        "student, test  50.00      25.00  100.00   3,000,000",
        "",
        "written to my out: README.md, metrics.json",
        "next:",
        "  nlp-inference tagger --model_dir 'my out' --data_file TEXT --output_dir TAGGED",
        "  nlp-train export --model_dir 'my out'",
    ]
    nothing = last_lines(Path("out"), replace(METRICS, splits={}, teacher={}), ["README.md"])
    assert "nlp-train export" not in nothing


def test_without_any_score_the_card_still_says_what_it_is():
    nothing = replace(METRICS, splits={}, teacher={})
    card = model_card(CONFIG, nothing, ["nlp-train", "tagger"])
    assert "model-index" not in card
    assert "calibration error" not in card
    assert per_type(nothing) == []
    assert "no labelled dev or test sentences" in page(CONFIG, nothing, Findings({}))


def test_a_score_that_is_not_calibrated_says_so():
    card = model_card(replace(CONFIG, calibration=None), METRICS, ["nlp-train", "tagger"])
    assert "isn't calibrated: there were no dev sentences" in card


TRAINING = [
    {"step": 1, "loss": 2.0, "task": 1.0, "distillation": 1.0},
    {"step": 2, "loss": 1.0, "task": 0.5, "distillation": 0.5},
    {"step": 2, "dev_f1": 0.5},
]
FINDINGS = Findings(
    {"test": EVALUATION},
    TRAINING,
    [{"step": 1, "loss": 1.0, "dev_f1": 0.1}],
    {
        "not calibrated": reliability(np.array([0.9, 0.7]), np.array([False, True])),
        "calibrated": reliability(np.array([0.5, 0.4]), np.array([False, True])),
    },
    [0.4, 0.5],
    TO_ANNOTATE,
    {"student": 20_000.0, "teacher": 2_000.0},
)


class Strict(HTMLParser):
    """Complains about elements that aren't closed as they were opened."""

    VOID = ("meta", "circle", "line", "path", "rect")

    def __init__(self):
        super().__init__()
        self.open, self.ids, self.faults = [], [], []

    def handle_starttag(self, tag, attributes):
        self.ids += [value for name, value in attributes if name == "id"]
        names = [name for name, _ in attributes]
        if len(set(names)) < len(names):
            self.faults.append(f"an attribute of {tag} twice")
        if any(name.startswith("on") or name == "style" for name in names):
            self.faults.append(f"{tag}: {names}")  # the page's policy forbids it
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in self.VOID and (not self.open or self.open.pop() != tag):
            self.faults.append(f"</{tag}> closes another element")


def parsed(text):
    parser = Strict()
    parser.feed(text)
    parser.close()
    assert parser.open == []
    assert parser.faults == []
    assert len(parser.ids) == len(set(parser.ids))
    return text


def words_of(text):
    """What is to be read, without the script."""
    return re.sub(r"<(script|style)>.*?</\1>|<[^>]*>", " ", text, flags=re.DOTALL)


def test_the_page_needs_no_other_file_and_escapes_everything_of_the_data():
    text = parsed(page(CONFIG, measured(EVALUATION), FINDINGS))
    name = escape(NASTY)
    assert NASTY not in text
    assert text.count("<script") == 1
    assert "&lt;script&gt; alert (1) ." in text
    assert not re.search(r"https?://|src=|url\(|@import|<link|<base", text)
    assert "default-src &#x27;none&#x27;" in text
    for heading in (
        "Scores",
        "Learning curve",
        "Kinds of error (test)",
        "Confusion of types (test)",
        "Examples of errors (test)",
        "Teacher against student (test)",
        "Calibration (test)",
        "To annotate next",
        "Speed and size",
        "Cost",
    ):
        assert f">{heading}</h2>" in text
    assert f"{name} met<b>{name}</b></mark> Bo</dd><dt>teacher" in text
    assert f"<strong>Bo</strong> is {name}; the student finds nothing." in text
    assert "4,000 of 9,000 unlabelled sentences were compared" in text
    assert f'<th scope="row">O → I-{name}</th><td>1</td><td>1</td><td>0</td><td>0</td>' in text
    assert "What limits it: 1 of 2 errors on test find the right type with other words." in text


def test_the_same_run_gives_the_same_page():
    pages = {page(CONFIG, measured(EVALUATION), FINDINGS) for _ in range(3)}
    assert len(pages) == 1


def test_each_number_of_a_chart_stands_in_a_table_too():
    text = page(CONFIG, measured(EVALUATION), FINDINGS)
    assert 'aria-label="loss, step 1: 2.0000"' in text
    assert '<th scope="row">1</th><td>2.0000</td><td>1.0000</td><td>1.0000</td>' in text
    assert 'aria-label="student, step 2: 50.00"' in text
    assert '<th scope="row">student</th><td>2</td><td>50.00</td>' in text
    # Of two names of type B and one word that is O: one pair of other words, one alone.
    assert f"gold {escape(NASTY)}, student {escape(NASTY)}: 1, 50.0 % of the row; 1 of them" in text
    assert f"gold {escape(NASTY)}, student none: 1, 50.0 % of the row" in text


def test_the_page_of_a_long_run_stays_small():
    long = [{"step": step, "loss": 1 / step, "task": 1 / step} for step in range(1, 50_000)]
    sentences = [Sentence(("x",) * 400, (f"B-{NASTY}",) * 400)] * 100
    missed = Prediction(("O",) * 400, (1.0,) * 400)
    many = Evaluation(sentences, [missed] * 100, None, LABELS)
    findings = Findings({"test": many}, long)
    text = parsed(page(CONFIG, measured(many, teacher=False), findings))
    assert len(text) < 250_000
    assert "the mean of 250 logged steps" in text
    assert "(6 of 40,000)" in text


def test_the_page_is_valid_where_things_are_missing():
    alone = Evaluation(EVALUATION.sentences, EVALUATION.predictions, None, LABELS)
    text = parsed(page(CONFIG, measured(alone, teacher=False), Findings({"test": alone})))
    assert "teacher" not in words_of(text).replace("teacher's", "").split("Cost")[0]
    assert "To annotate next" not in text
    assert "No step was logged." in text
    silent = Evaluation(
        EVALUATION.sentences[:1], [Prediction(("O",) * 3, (1.0,) * 3)], [("O",) * 3], LABELS
    )
    findings = Findings({"test": silent}, to_annotate=ToAnnotate((), 0, 1))
    text = parsed(page(CONFIG, measured(silent), findings))
    assert "The student found no entity." in text
    assert "Missed: nothing was found (2)" in text


def test_without_errors_there_are_no_examples():
    right = [
        Prediction(sentence.labels, (1.0,) * len(sentence)) for sentence in EVALUATION.sentences
    ]
    perfect = Evaluation(EVALUATION.sentences, right, None, LABELS)
    text = parsed(page(CONFIG, measured(perfect, teacher=False), Findings({"test": perfect})))
    assert "There are no errors." in text
    assert "What limits it" not in text


def test_plain_labels_are_confused_too():
    labels = LabelSet.plain(("NOUN", "VERB"))
    sentences = [Sentence(("run", "dog"), ("VERB", "NOUN"))]
    tagged = Evaluation(sentences, [Prediction(("NOUN", "NOUN"), (0.9, 0.8))], None, labels)
    config = replace(CONFIG, labels=labels.to_json(), scheme="plain")
    metrics = replace(METRICS, splits={"test": tagged.scores(None)}, teacher={})
    text = parsed(page(config, metrics, Findings({"test": tagged})))
    assert "<strong>run</strong> is VERB; the student says NOUN." in text
    assert ">none</th>" not in text


def test_reliability_is_drawn_with_and_without_a_calibration():
    scores, right = np.array([0.2, 0.9, 0.9, 0.95]), np.array([False, True, False, True])
    one, other = reliability(scores, right), reliability(scores / 2, right)
    pictures = [
        reliability_curve(curves, scores.tolist())
        for curves in ({"raw": one}, {"raw": one, "calibrated": other})
    ]
    assert all(picture.startswith(b"\x89PNG\r\n") for picture in pictures)
    assert pictures[0] != pictures[1]


@pytest.mark.parametrize(
    ("student", "teacher", "reference"),
    [
        ([], [], None),
        (
            [
                {"step": 1, "loss": 2.0, "task": 1.0, "distillation": 1.0},
                {"step": 2, "dev_f1": 0.5},
            ],
            [],
            0.7,
        ),
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


def test_a_report_on_many_types_stays_small():
    types = [f"slot.number_{index}" for index in range(40)]
    labels = LabelSet.for_types(types)
    words = tuple(f"w{index}" for index in range(40))
    gold = tuple(f"B-{name}" for name in types)
    sentences = [Sentence(words, gold)] * 20
    shifted = Prediction((*gold[1:], gold[0]), (0.5,) * 40)
    tagged = Evaluation(sentences, [shifted] * 20, [gold] * 20, labels)
    metrics = replace(METRICS, splits={"test": tagged.scores(None)})
    found = Scores.from_json(score(tagged.gold, tagged.teacher, labels))
    metrics = replace(metrics, teacher={"test": found})
    config = replace(CONFIG, labels=labels.to_json())
    text = parsed(page(config, metrics, Findings({"test": tagged})))
    assert len(text) < 400_000
    assert "F1 on test, by the 12 most frequent types" in text
