"""Files as spaCy, datasets, Argilla, Universal Dependencies and spreadsheets write them."""

import json

import conllu
import datasets
import pytest
import spacy
from spacy.tokens import Doc, DocBin, Span

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.data.corpus import place_of, read_corpus
from nlp_architect_ext.data.document import Document, TextSpan
from nlp_architect_ext.data.formats.base import ReadOptions, detect, format_named

TEXT = "Zoë 👩🏽  met\r\nדנה in Oslo."


def read(name, path, **options):
    return list(format_named(name).read(path, ReadOptions(**options)))


def marked(document):
    return [(document.text[one.start : one.end], one.label) for one in document.spans or ()]


def bin_of(path, *docs):
    DocBin(docs=docs).to_disk(path)
    return path


def doc_of(*marks, text=TEXT):
    doc = spacy.blank("xx")(text)
    doc.set_ents([doc.char_span(text.index(one), text.index(one) + len(one), "X") for one in marks])
    return doc


def test_entities_of_spacy(tmp_path):
    found = read("spacy", bin_of(tmp_path / "a.spacy", doc_of("Zoë", "דנה"), doc_of()))
    assert [one.text for one in found] == [TEXT, TEXT]
    assert [marked(one) for one in found] == [[("Zoë", "X"), ("דנה", "X")], []]
    words = [TEXT[slice(*place)] for place in found[0].words]
    assert words == ["Zoë", "👩", "🏽", "met", "דנה", "in", "Oslo", "."]
    assert found[1].is_labelled


def test_docs_of_spacy_without_entities(tmp_path):
    plain = spacy.blank("xx")(TEXT)
    grouped = spacy.blank("xx")(TEXT)
    grouped.spans["sc"] = [Span(grouped, 0, 1, "A"), Span(grouped, 0, 2, "B")]
    tagged = Doc(plain.vocab, words=["a", "b"], tags=["DET", "X"])
    found = read("spacy", bin_of(tmp_path / "a.spacy", plain, grouped, tagged))
    assert not found[0].is_labelled
    assert marked(found[1]) == [("Zoë", "A"), ("Zoë 👩", "B")]
    assert found[2].tags == ("DET", "X")


def test_a_doc_of_spacy_that_is_said_in_part_is_refused(tmp_path):
    doc = spacy.blank("xx")(TEXT)
    doc.set_ents([Span(doc, 0, 1, "X")], default="missing")
    with pytest.raises(UserError, match=r"a\.spacy: record 2: nothing is said of 7 of 8 words"):
        read("spacy", bin_of(tmp_path / "a.spacy", doc_of(), doc))
    assert len(read("spacy", tmp_path / "a.spacy", labelled=False)) == 2


ROWS = {"tokens": [["Zoë", "lives"], ["in", "Oslo"], ["x"]], "ner_tags": [[1, 0], [0, 2], None]}


def dataset_of(tags, rows=ROWS):
    features = {"tokens": datasets.List(datasets.Value("string")), "ner_tags": datasets.List(tags)}
    return datasets.Dataset.from_dict(rows, features=datasets.Features(features))


CLASSES = datasets.ClassLabel(names=["O", "B-PER", "B-LOC"])


@pytest.mark.parametrize("name", ["folder", "a.parquet"])
def test_datasets_of_hugging_face(name, tmp_path):
    dataset = dataset_of(CLASSES)
    save = dataset.to_parquet if name.endswith("parquet") else dataset.save_to_disk
    save(str(tmp_path / name))
    assert detect(tmp_path / name, "columns").name == "datasets"
    found = read("datasets", tmp_path / name)
    assert [marked(one) for one in found] == [[("Zoë", "PER")], [("Oslo", "LOC")], []]
    assert not found[2].is_labelled


def test_a_dataset_with_splits_wants_one_named(tmp_path):
    datasets.DatasetDict({"train": dataset_of(CLASSES)}).save_to_disk(str(tmp_path / "d"))
    with pytest.raises(UserError, match=r"several splits; expected one, such as .*train"):
        read("datasets", tmp_path / "d")
    assert len(read("datasets", tmp_path / "d" / "train")) == 3


def test_numbers_of_tags_without_names_are_refused(tmp_path):
    dataset_of(datasets.Value("int64")).to_parquet(str(tmp_path / "a.parquet"))
    with pytest.raises(UserError, match="ner_tags are numbers that no ClassLabel names"):
        read("datasets", tmp_path / "a.parquet")
    assert len(read("datasets", tmp_path / "a.parquet", labelled=False)) == 3


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ({"tokens": [["a"]], "tags": [["O"]], "labels": [["O"]]}, "no column of tags for certain"),
        ({"sentence": ["a"]}, "no column of words among sentence"),
        ({"tokens": [["a"], ["b", "c"]], "tags": [["O"], ["O"]]}, "record 2: 1 tags for 2 words"),
        ({"tokens": [["a"]], "tags": [["B-X", "NOUN"]]}, "record 1: 2 tags for 1 words"),
        ({"tokens": [["a", "b"]], "tags": [["B-X", "N"]]}, "record 1: tag 'N' beside 'B-X'"),
    ],
)
def test_datasets_that_cannot_be_used_are_refused(rows, message, tmp_path):
    datasets.Dataset.from_dict(rows).to_parquet(str(tmp_path / "a.parquet"))
    with pytest.raises(UserError, match=message):
        read("datasets", tmp_path / "a.parquet")


def test_a_name_on_the_hub(tmp_path, monkeypatch):
    asked = []

    def load(name, config, *, split):
        asked.append((name, config, split))
        if name == "a/absent":
            raise ConnectionError("couldn't reach the hub\nat all")
        found = {"train": dataset_of(CLASSES), "test": dataset_of(CLASSES)}
        return found[split] if split else found

    monkeypatch.setattr(datasets, "load_dataset", load)
    corpus = read_corpus(tmp_path, train_filename="hf://a/b#train", tokenizer="whitespace")
    assert [one.words for one in corpus.train] == [("Zoë", "lives"), ("in", "Oslo")]
    path = place_of(tmp_path, "hf://a/absent/config#train")
    with pytest.raises(UserError, match=r"^hf://a/absent#?.*: can't be read \(couldn't reach the"):
        read("datasets", path)
    with pytest.raises(UserError, match="no split is named; expected one of: train, test"):
        read("datasets", place_of(tmp_path, "hf://a/b"))
    assert asked[:2] == [("a/b", None, "train"), ("a/absent", "config", "train")]


def test_without_the_package_it_is_said_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "datasets", None)
    (tmp_path / "a.parquet").write_bytes(b"PAR1")
    with pytest.raises(UserError, match=r"call pip install 'nlp-architect-ext\[datasets\]'"):
        read("datasets", tmp_path / "a.parquet")


SPANS = [{"start": 0, "end": 3, "label": "PER"}, {"start": 13, "end": 16, "label": "PER"}]


def argilla_row(**more):
    row = {"id": "1", "status": "completed", "_server_id": None, "text": TEXT, "source": "x"}
    answer = {"spans.responses": [SPANS], "spans.responses.status": ["submitted"]}
    guess = {"spans.suggestion": SPANS[:1], "spans.suggestion.score": [0.5]}
    return row | answer | guess | more


def test_rows_of_argilla(tmp_path):
    open_ = {"spans.responses": None, "spans.responses.status": None}
    rows = [
        argilla_row(),
        argilla_row(**open_),
        argilla_row(**{"spans.responses.status": ["draft"]}),
    ]
    datasets.Dataset.from_list(rows).save_to_disk(str(tmp_path / "d"))
    found = read("datasets", tmp_path / "d")
    assert [one.is_prediction for one in found] == [False, True, True]
    assert marked(found[0]) == [("Zoë", "PER"), ("דנה", "PER")]
    assert found[1].spans == (TextSpan(0, 3, "PER", 0.5),)
    assert found[0].meta == {"source": "x"}


def argilla_record(*responses):
    return {
        "id": "1",
        "fields": {"text": TEXT},
        "metadata": {},
        "suggestions": {"kind": {"value": "a", "score": None, "agent": None}},
        "responses": {"spans": [{"value": one, "user_id": "u"} for one in responses]},
        "vectors": {},
        "status": "pending",
        "_server_id": None,
    }


def test_records_of_argilla(tmp_path):
    path = tmp_path / "records.json"
    path.write_text(json.dumps([argilla_record(SPANS), argilla_record(SPANS, SPANS[::-1])]))
    assert detect(path, "columns").name == "argilla"
    assert [len(one.spans) for one in read("argilla", path)] == [2, 2]
    path.write_text(json.dumps([argilla_record(SPANS, SPANS[:1])]))
    with pytest.raises(UserError, match=r"records\.json:1: 2 responses that differ"):
        read("argilla", path)


FRENCH = """# newdoc id = n1
# sent_id = s1
# text = Il va du lac, don't
1\tIl\til\tPRON\t_\t_\t2\tnsubj\t_\t_
2\tva\taller\tVERB\t_\t_\t0\troot\t_\t_
3-4\tdu\t_\t_\t_\t_\t_\t_\t_\t_
3\tde\tde\tADP\t_\t_\t5\tcase\t_\t_
4\tle\tle\tDET\t_\t_\t5\tdet\t_\t_
5\tlac\tlac\tNOUN\t_\t_\t2\tobl\t_\tSpaceAfter=No
6\t,\t,\tPUNCT\t_\t_\t2\tpunct\t_\t_
6.1\tva\taller\tVERB\t_\t_\t_\t_\t_\t_
7-8\tdon't\t_\t_\t_\t_\t_\t_\t_\t_
7\tdo\tdo\tAUX\t_\t_\t2\taux\t_\t_
8\tn't\tnot\tPART\t_\t_\t2\tadvmod\t_\t_

"""


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_words_of_conllu(ends, tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(FRENCH.replace("\n", ends).encode())
    assert detect(path, "columns").name == "conllu"
    [found] = read("conllu", path)
    assert found.text == "Il va du lac, don't"
    assert [found.text[slice(*one)] for one in found.words][2:] == ["du", "lac", ",", "do", "n't"]
    assert found.tags == ("PRON", "VERB", "ADP+DET", "NOUN", "PUNCT", "AUX", "PART")
    assert (found.id, found.meta, found.line) == ("s1", {"newdoc id": "n1"}, 4)


def test_the_package_conllu_reads_what_we_write(tmp_path):
    spans = (TextSpan(0, 3, "PER"), TextSpan(13, 16, "PER"))
    words = ((0, 3), (4, 6), (8, 11), (13, 16), (17, 19), (20, 24), (24, 25))
    whole = Document(TEXT, spans, words, id="s1")
    format_named("conllu").write(tmp_path / "a.conllu", [whole])
    [tokens] = conllu.parse((tmp_path / "a.conllu").read_text(encoding="utf-8"))
    assert [token["form"] for token in tokens] == [TEXT[slice(*one)] for one in words]
    assert [token["misc"]["ner"] for token in tokens][:2] == ["B-PER", "O"]
    assert tokens[5]["misc"]["SpaceAfter"] == "No"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("5\tlac", "6\tlac", ":9: word 6 behind word 4"),
        ("6\t,\t,", "6\t,", ":10: 9 columns between tabs"),
        ("7-8\tdon't", "7-9\tdon't", ":12: 2 words in 7-9"),
        ("du lac", "de lac", ":4: its text has \" de lac, don't\" where 'du' should stand"),
        ("VERB\t_\t_\t0", "_\t_\t_\t0", ":5: no part of speech for 'va'"),
    ],
)
def test_mistakes_in_conllu_are_refused(old, new, message, tmp_path):
    (tmp_path / "a.conllu").write_text(FRENCH.replace(old, new), encoding="utf-8")
    with pytest.raises(UserError) as caught:
        read("conllu", tmp_path / "a.conllu")
    assert f"a.conllu{message}" in str(caught.value)
