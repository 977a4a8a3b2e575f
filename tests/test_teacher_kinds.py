"""Teachers that are no transformers: what they find, where they are silent, what they refuse."""

import json
import shutil

import numpy as np
import pytest
import spacy
from corpora import WORDS
from hypothesis import given
from hypothesis import strategies as st
from tiny_teacher import tiny_classifier

from nlp_architect_ext.core import registry
from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.core.tags import Span
from nlp_architect_ext.data.formats.text import WordSplitter
from nlp_architect_ext.runs.known_teacher import chosen, first_encoder
from nlp_architect_ext.teachers.base import Teacher
from nlp_architect_ext.teachers.kind import TeacherKind, TeacherOptions, kind_named
from nlp_architect_ext.teachers.kinds.rules import longest
from nlp_architect_ext.teachers.label_map import LabelMap
from nlp_architect_ext.teachers.mapped import UNKNOWN
from nlp_architect_ext.teachers.span_teacher import CONFIDENCE, SpanTeacher
from nlp_architect_ext.teachers.store import SoftLabelStore
from nlp_architect_ext.teachers.transformer import TransformerTokenClassifier
from nlp_architect_ext.testing import check_teacher

LABELS = LabelSet.for_types(["LOC", "PER"])
PLAIN = LabelSet.plain(["NOUN", "VERB"])
SENTENCE = Sentence(("In", "New", "York", "Anna", "met", "anna", "Paris", "."))
SILENT = "-"


def made(name, labels=LABELS, entries=None, tokenizer="whitespace"):
    given = LabelMap(entries or {}, is_given=entries is not None)
    options = TeacherOptions(label_map=given, splitter=lambda: WordSplitter("en", tokenizer))
    teacher = chosen(name)
    teacher.check(labels, options)
    return teacher.make(labels, options)


def said(teacher, sentence=SENTENCE):
    """The most likely label of each word, or a dash."""
    (rows,) = teacher.logits([sentence])
    assert rows.shape == (len(sentence), len(teacher.labels))
    assert rows.dtype == np.float32
    names = teacher.labels.names
    return [names[row.argmax()] if row.any() else SILENT for row in rows]


@pytest.fixture
def files(tmp_path):
    """One teacher of each kind that is made of a file."""
    (tmp_path / "names.txt").write_text("LOC\tNew York\nPER\tAnna\nPER\tParis\nLOC\tParis\n")
    patterns = [
        {"label": "PER", "pattern": [{"LOWER": "anna"}], "id": "a"},
        {"label": "LOC", "pattern": "New York"},
        {"label": "PER", "pattern": [{"TEXT": {"REGEX": "^Yo"}}]},
    ]
    (tmp_path / "rules.jsonl").write_text("\n".join(map(json.dumps, patterns)))
    rows = zip(SENTENCE.words, ["O", "B-LOC", "I-LOC", "B-PER", "O", "O", "O", "O"], strict=True)
    (tmp_path / "said.txt").write_text("".join(f"{word}\t{tag}\n" for word, tag in rows))
    nlp = spacy.blank("en")
    ruler = nlp.add_pipe("entity_ruler")
    ruler.add_patterns(
        [
            {"label": "PERSON", "pattern": "Anna"},
            {"label": "GPE", "pattern": "New York"},
            {"label": "DATE", "pattern": "."},
        ]
    )
    nlp.to_disk(tmp_path / "pipeline")
    return tmp_path


NAMED = ["names:{}/names.txt", "rules:{}/rules.jsonl", "predictions:{}/said.txt"]


def test_all_kinds_are_installed():
    known = {"gliner", "llm", "names", "predictions", "rules", "spacy", "tagger", "transformer"}
    assert known <= set(registry.names(registry.TEACHERS))
    for name in known:
        assert kind_named(name).name == name


def test_a_name_is_a_kind_only_where_it_is_no_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "names:x").mkdir()
    names = {"bert-base-cased": "transformer", "a/b": "transformer", "names:x": "transformer"}
    names |= {"names:y": "names", "C:\\models": "transformer", "rules:C:\\r.jsonl": "rules"}
    assert {name: chosen(name).kind.name for name in names} == names
    assert chosen("rules:C:\\r.jsonl").argument == "C:\\r.jsonl"
    with pytest.raises(UserError, match=r"teacher 'nmaes': .*did you mean 'names'"):
        chosen("nmaes:people.txt")
    with pytest.raises(UserError, match="teacher 'names:': nothing behind the colon"):
        chosen("names:")


def test_word_vectors_come_from_the_first_teacher_with_an_encoder():
    assert first_encoder(["names:a", "transformer:x", "y"]) == "x"
    assert first_encoder(["rules:a"]) is None


def test_names_of_two_types_and_words_outside_are_silent(files):
    teacher = made(NAMED[0].format(files))
    assert isinstance(teacher, Teacher)
    expected = [SILENT, "B-LOC", "I-LOC", "B-PER", SILENT, SILENT, SILENT, SILENT]
    assert said(teacher) == expected
    (rows,) = teacher.logits([SENTENCE])
    probabilities = np.exp(rows[1].astype(float))
    assert probabilities.sum() == pytest.approx(1)
    assert probabilities.max() == pytest.approx(CONFIDENCE)
    assert len(set(np.delete(rows[1], rows[1].argmax()).tolist())) == 1
    outside = made(NAMED[0].format(files), entries={"O": "O"})
    assert said(outside) == ["O", "B-LOC", "I-LOC", "B-PER", "O", "O", SILENT, "O"]


def test_names_are_split_as_text_is_and_as_column_files_are(tmp_path):
    (tmp_path / "names.txt").write_text("PER\tJean-Luc O'Neil\n")
    teacher = made(f"names:{tmp_path}/names.txt", tokenizer="spacy")
    assert said(teacher, Sentence(("jean-luc", "o'neil"))) == ["B-PER", "I-PER"]
    split = WordSplitter().split("Jean-Luc O'Neil")
    assert len(split) > 2
    assert said(teacher, split) == ["B-PER", *["I-PER"] * (len(split) - 1)]


def test_rules_are_those_of_spacy(files):
    teacher = made(NAMED[1].format(files))
    assert said(teacher) == [*(SILENT, "B-LOC", "I-LOC", "B-PER", SILENT, "B-PER", SILENT, SILENT)]


SPANS = st.lists(
    st.builds(
        lambda type_, start, size: Span(type_, start, start + size),
        st.sampled_from(["PER"]),
        st.integers(0, 6),
        st.integers(1, 4),
    ),
    max_size=8,
)


@given(SPANS)
def test_of_rules_that_overlap_those_stay_that_spacy_keeps(spans):
    nlp = spacy.blank("en")
    doc = spacy.tokens.Doc(nlp.vocab, ["w"] * 10)
    kept = spacy.util.filter_spans([doc[span.start : span.end] for span in spans])
    expected = sorted((span.start, span.end) for span in kept)
    assert [(span.start, span.end) for span in longest(set(spans))] == expected


def test_lists_and_rules_may_say_what_is_none(tmp_path):
    (tmp_path / "names.txt").write_text("LOC\tNew York\nO\tNew York Anna\nO\tIn\n")
    assert said(made(f"names:{tmp_path}/names.txt"))[:5] == ["O", "O", "O", "O", SILENT]
    rows = [{"label": "O", "pattern": [{"IS_LOWER": True}]}, {"label": "PER", "pattern": "anna"}]
    (tmp_path / "r.jsonl").write_text("\n".join(map(json.dumps, rows)))
    assert said(made(f"rules:{tmp_path}/r.jsonl")) == [*[SILENT] * 4, "O", *[SILENT] * 3]


def test_rules_of_two_types_on_the_same_words_contradict_each_other(tmp_path):
    rows = [{"label": label, "pattern": "Paris"} for label in ("PER", "LOC")]
    (tmp_path / "r.jsonl").write_text("\n".join(map(json.dumps, rows)))
    assert said(made(f"rules:{tmp_path}/r.jsonl")) == [SILENT] * 8
    # Of one type after all.
    teacher = made(f"rules:{tmp_path}/r.jsonl", entries={"PER": "LOC"})
    assert said(teacher)[6] == "B-LOC"


def test_predictions_are_found_by_their_text_however_it_is_split(files):
    teacher = made(NAMED[2].format(files))
    assert said(teacher) == ["O", "B-LOC", "I-LOC", "B-PER", "O", "O", "O", "O"]
    other = Sentence(("In", "New", "Yo", "rk", "Anna", "met", "annaPa", "ris", "."))
    assert said(teacher, other) == ["O", "B-LOC", *["I-LOC"] * 2, "B-PER", *["O"] * 4]
    # A word of two entities, which contradict each other.
    other = Sentence(("In", "New", "YorkAnna", "met", "anna", "Paris", "."))
    assert said(teacher, other) == ["O", SILENT, SILENT, *["O"] * 4]
    assert said(teacher, Sentence(("Something", "else"))) == [SILENT, SILENT]


def test_predictions_of_pipelines_with_scores(tmp_path):
    text = "Anna met Bruno in Oslo ."
    entity = {"entity_group": "PERSON", "score": 0.5, "word": "Anna", "start": 0, "end": 4}
    records = [{"text": text, "entities": [entity]}, {"text": "Anna ran", "entities": []}]
    path = tmp_path / "said.jsonl"
    path.write_text("\n".join(map(json.dumps, records)))
    teacher = made(f"predictions:{path}", entries={"PERSON": "PER"})
    sentence = WordSplitter("en", "whitespace").split(text)
    # It never says LOC, so its O may be one.
    assert said(teacher, sentence) == ["B-PER", *[SILENT] * 5]
    known = made(f"predictions:{path}", entries={"PERSON": "PER", "O": "O"})
    assert said(known, sentence) == ["B-PER", *["O"] * 5]
    # Two answers to one text are none.
    path.write_text("\n".join(map(json.dumps, [*records, {"text": text, "entities": []}])))
    teacher = made(f"predictions:{path}", entries={"PERSON": "PER", "O": "O"})
    assert said(teacher, sentence) == [SILENT] * 6


def test_predictions_of_plain_labels(tmp_path):
    (tmp_path / "said.txt").write_text("dogs\tNOUN\nrun\tVERB\nfast\tADV\n")
    teacher = made(f"predictions:{tmp_path}/said.txt", PLAIN)
    assert said(teacher, Sentence(("dogs", "run", "fast"))) == ["NOUN", "VERB", SILENT]


def test_a_pipeline_of_spacy_with_other_names_of_types(files, capsys, on_terminal):
    name = f"spacy:{files}/pipeline"
    teacher = made(name, entries={"PERSON": "PER", "GPE": "LOC"})
    assert said(teacher) == ["O", "B-LOC", "I-LOC", "B-PER", "O", "O", "O", SILENT]
    assert capsys.readouterr().err.count("are ignored: DATE") == 1
    one_type = made(name, entries={"PERSON": "PER", "DATE": "O"})
    assert said(one_type) == [*[SILENT] * 3, "B-PER", *[SILENT] * 3, "O"]


@pytest.mark.parametrize("name", [*NAMED, "spacy:{}/pipeline"])
def test_fingerprints_follow_contents_not_places(files, tmp_path_factory, name):
    entries = {"PERSON": "PER", "GPE": "LOC"} if name.startswith("spacy") else {}
    moved = tmp_path_factory.mktemp("elsewhere") / "moved"
    shutil.copytree(files, moved)
    first = made(name.format(files), entries=entries).fingerprint
    assert made(name.format(moved), entries=entries).fingerprint == first
    assert made(name.format(moved), entries={**entries, "O": "O"}).fingerprint != first or (
        name.startswith(("spacy", "predictions"))
    )
    more = LabelSet.for_types(["LOC", "ORG", "PER"])
    assert made(name.format(moved), more, entries=entries).fingerprint != first
    path = moved / name.partition("/")[2]
    if path.is_dir():
        path /= "entity_ruler/patterns.jsonl"
        path.write_text(path.read_text().replace("Anna", "Emma"))
    else:
        path.write_text(path.read_text().replace("anna", "emma").replace("Anna", "Emma"))
    assert made(name.format(moved), entries=entries).fingerprint != first


@pytest.mark.parametrize("name", [*NAMED, "spacy:{}/pipeline"])
def test_every_kind_keeps_its_promises(files, name):
    kind, _, argument = name.format(files).partition(":")
    given = LabelMap({"PERSON": "PER", "GPE": "LOC"})
    options = TeacherOptions(label_map=given, splitter=lambda: WordSplitter("en", "whitespace"))
    others = [Sentence(("Anna",)), WordSplitter().split("  Anna's  New York, 3\u00a0km.")]
    check_teacher(kind, argument, LABELS, [SENTENCE, *others], options)


@pytest.mark.parametrize("name", NAMED)
def test_answers_are_stored_and_found_again(files, tmp_path, name, monkeypatch):
    teacher = made(name.format(files))
    (rows,) = SoftLabelStore(tmp_path / "store", teacher).labels([SENTENCE])
    np.testing.assert_allclose(rows, teacher.logits([SENTENCE])[0], atol=1e-2)

    def no_search(self, sentences):
        raise AssertionError("it was asked again")

    again = made(name.format(files))
    monkeypatch.setattr(SpanTeacher, "logits", no_search)
    (found,) = SoftLabelStore(tmp_path / "store", again).labels([SENTENCE])
    np.testing.assert_array_equal(found, rows)


def test_a_transformer_with_other_labels(tmp_path):
    own = ["O", "B-PERSON", "I-PERSON", "B-GPE", "I-GPE", "B-LOC", "B-DATE"]
    folder = str(tiny_classifier(tmp_path / "teacher", WORDS, own))
    text = "Anna lives in New York . Nothing happened there today"
    sentence = WordSplitter("en", "whitespace").split(text)
    with pytest.raises(UserError, match=r"its labels are O B-PERSON.*those of the data"):
        made(folder)
    entries = {"PERSON": "PER", "B-GPE": "B-LOC", "I-GPE": "LOC"}
    teacher = made(folder, entries=entries)
    raw = TransformerTokenClassifier.load(folder, LabelSet(tuple(own), "plain"))
    (logits,) = raw.logits([sentence])
    (rows,) = teacher.logits([sentence])
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    sums = {"O": [0], "B-PER": [1], "I-PER": [2], "B-LOC": [3, 5], "I-LOC": [4]}
    ours = np.stack([probabilities[:, sums[one]].sum(axis=1) for one in LABELS.names], axis=1)
    expected = np.log((ours / ours.sum(axis=1, keepdims=True)).clip(UNKNOWN))
    speaks = logits.argmax(axis=1) != own.index("B-DATE")
    assert speaks.any()
    np.testing.assert_allclose(rows[speaks], expected[speaks], atol=1e-4)
    assert not rows[~speaks].any()
    counted, operations = teacher.counted_logits([sentence])
    np.testing.assert_array_equal(counted[0], rows)
    assert operations == teacher.operations([sentence]) == raw.operations([sentence])
    # Without LOC its O may be one.
    partial = made(folder, entries={"PERSON": "PER", "GPE": None, "LOC": None, "DATE": None})
    (rows,) = partial.logits([sentence])
    assert not rows[np.isin(logits.argmax(axis=1), [0, 3, 4, 5, 6])].any()
    assert partial.fingerprint != teacher.fingerprint


MISTAKES = [
    ("names", "n.txt", "PERR\tAnna\n", "n.txt:1: type 'PERR' isn't .*did you mean 'PER'"),
    ("names", "n.txt", "\n", "n.txt:1: no name; "),
    ("rules", "r.jsonl", '{"label": "PER", "patern": "x"}', "r.jsonl:1: unknown key 'patern'"),
    ("rules", "r.jsonl", '{"label": "LOCC", "pattern": "x"}', "r.jsonl:1: .*mean 'LOC'"),
    (
        "rules",
        "r.jsonl",
        '\n{"label": "PER", "pattern": [{"LEMMA": "be"}]}',
        "r.jsonl:2: LEMMA needs a lemmatizer",
    ),
    (
        "rules",
        "r.jsonl",
        '{"label": "PER", "pattern": [{"lowr": "be"}]}',
        "r.jsonl:1: unknown attribute 'lowr'.*'LOWER'",
    ),
    (
        "rules",
        "r.jsonl",
        '{"label": "PER", "pattern": [{"LOWER": {"INN": ["a"]}}]}',
        "r.jsonl:1: spaCy refuses the pattern",
    ),
    (
        "rules",
        "r.jsonl",
        '{"label": "PER", "pattern": [{"TEXT": {"REGEX": "("}}]}',
        "r.jsonl:1: spaCy refuses the pattern",
    ),
    ("rules", "r.jsonl", '{"label": "PER", "pattern": []}', "r.jsonl:1: no pattern"),
    ("rules", "r.jsonl", "", "r.jsonl:1: no pattern"),
    ("predictions", "p.txt", "a\tB-ORG\n\n", "none of its types is the data's: ORG"),
    ("predictions", "p.txt", "a\tNOUN\n\n", "p.txt:1: tag 'NOUN', and the data's labels mark"),
    ("predictions", "p.txt", "\n", "p.txt: no sentence"),
    ("spacy", "s", "", "spaCy can't load it"),
]


@pytest.mark.parametrize(("kind", "file", "content", "message"), MISTAKES)
def test_mistakes_are_seen_before_anything_is_written(tmp_path, kind, file, content, message):
    (tmp_path / file).write_text(content)
    options = TeacherOptions(splitter=lambda: WordSplitter("en", "whitespace"))
    with pytest.raises(UserError, match=message):
        chosen(f"{kind}:{tmp_path / file}").check(LABELS, options)


@pytest.mark.parametrize("kind", ["names", "rules", "predictions", "spacy"])
def test_what_is_not_there_is_refused(tmp_path, kind):
    with pytest.raises(UserError, match="absent"):
        chosen(f"{kind}:{tmp_path / 'absent'}").check(LABELS, TeacherOptions())


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{\n"PERSON": "PERR"}', "map.json:2: 'PERSON' is to be 'PERR'.*did you mean 'PER'"),
        ('{"PERSON": 3}', "map.json:1: 'PERSON' is to be 3"),
        ("[]", "map.json: holds a list"),
        ('{"PERSON": "PER"', "map.json:1"),
    ],
)
def test_a_label_map_is_checked(tmp_path, content, message):
    (tmp_path / "map.json").write_text(content)
    with pytest.raises(UserError, match=message):
        LabelMap.read(tmp_path / "map.json", LABELS)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        *(("O", "O"), ("B-PER", "B-PER"), ("S-PERSON", "B-PER"), ("E-PERSON", "I-PER")),
        *(("LABEL_1", "I-LOC"), ("X", "O"), ("B-NO", None), ("B-ORG", None), ("GPE", "B-LOC")),
    ],
)
def test_labels_of_every_scheme_are_mapped(name, expected):
    entries = {"PERSON": "PER", "LABEL_1": "I-LOC", "X": "O", "NO": None, "GPE": "LOC"}
    assert LabelMap(entries).label(name, LABELS) == expected


def test_a_mere_function_is_a_kind(monkeypatch):
    class Says:
        labels, fingerprint = LABELS, "x"

        def __init__(self, argument, labels, options):
            self.argument = argument

        def logits(self, sentences):
            return [np.zeros((len(one), len(LABELS)), np.float32) for one in sentences]

    monkeypatch.setattr(registry, "load", lambda group, name: Says)
    kind = kind_named("says")
    assert isinstance(kind, TeacherKind)
    assert kind.make("hello", LABELS, TeacherOptions()).argument == "hello"
    assert (kind.training, kind.encoder("hello")) == (None, None)
