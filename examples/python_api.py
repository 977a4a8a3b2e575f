"""Tag from Python with a folder of `nlp-train`: `python examples/python_api.py MODEL_DIR`.

How to train from Python stands in docs/python.md.
"""

from __future__ import annotations

import sys

from nlp_architect_ext import Entity, load
from nlp_architect_ext.core.errors import UserError

TEXT = "Ada Lovelace moved to London."
WORDS = ["Grace", "Hopper", "was", "born", "in", "New", "York", "."]
TEXTS = [
    "Alan Turing lived in Wilmslow.",
    "Nothing happened there.",
    "From Oslo to Lima it takes a day.",
]


def show(source: str, entities: list[Entity]) -> None:
    """Print a text and its entities, whose fields are those of Hugging Face's pipelines."""
    print(source)
    for entity in entities:
        place = f"{entity.start}-{entity.end}"
        print(f"    {entity.entity_group}  {entity.word!r}  {place}  {entity.score:.2f}")


def main(folder: str) -> None:
    """Load a tagger and use it in five ways."""
    # The files are compared with MANIFEST.json first. An export of the model runs instead of it, if
    # there is one; `tagger.engine` says so. To decide it: load(folder, engine="onnx"), or "torch";
    # for a GPU: load(folder, device="cuda").
    tagger = load(folder)
    print("finds:", ", ".join(tagger.labels.types))
    print(tagger)

    # One text. It's split into words as the training text was; start and end count its characters.
    entities = tagger(TEXT)
    assert all(TEXT[entity.start : entity.end] == entity.word for entity in entities)
    show(TEXT, entities)

    # Only what is probably right; in a notebook such an answer shows the text with its entities
    # marked.
    sure = tagger(TEXT, threshold=0.5)
    assert sure == [entity for entity in entities if entity.score >= 0.5]

    # Words that are split already: start and end count in the words joined by single spaces.
    show(" ".join(WORDS), tagger.predict([WORDS])[0])

    # Many texts at once are faster; the batch size never changes a label.
    for text, found in zip(TEXTS, tagger.predict(TEXTS, batch_size=32), strict=True):
        show(text, found)

    # One tag a word, in the scheme of the training data, with its probability.
    sentence = tagger.sentence(TEXT)
    prediction = tagger.predict_labels([sentence])[0]
    tags = tagger.tags(prediction)
    for word, tag, score in zip(sentence.words, tags, prediction.scores, strict=True):
        print(f"{word}\t{tag}\t{score:.2f}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python examples/python_api.py MODEL_DIR")
    try:
        main(sys.argv[1])
    except UserError as error:
        sys.exit(str(error))
