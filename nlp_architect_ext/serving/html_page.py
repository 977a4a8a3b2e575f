"""Tagged sentences as a page to look at; written bit by bit, however many there are."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import TextIO

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.sentence import Entity, Sentence
from nlp_architect_ext.core.wording import counted
from nlp_architect_ext.reports.document import beginning, end
from nlp_architect_ext.reports.entity_text import colour_of, mark
from nlp_architect_ext.reports.markup import element, paragraph
from nlp_architect_ext.runtime.marked_text import marked
from nlp_architect_ext.runtime.text_tagger import Prediction, TextTagger
from nlp_architect_ext.serving.new_file import new_file
from nlp_architect_ext.settings.inference import InferenceSettings

UNSURE = 0.5  # an entity that scores below is underlined with dashes
KILOBYTE = 1e3
LARGE = 50e6  # a browser takes its time from here on


def html_list(
    tagger: TextTagger, sentences: Sequence[Sentence], predictions: Sequence[Prediction]
) -> tuple[str, Counter[str]]:
    """Sentences as items of a list, and how many entities of each type are in them."""
    items, found = [], Counter[str]()
    types = tagger.labels.types
    for sentence, prediction in zip(sentences, predictions, strict=True):
        entities = tagger.entities(sentence, prediction)
        found.update(entity.entity_group for entity in entities)
        text = marked(entities.text, entities, lambda entity: _marked(entity, types))
        items.append(f'<li><div dir="auto">{text}</div></li>\n')
    return "".join(items), found


def _marked(entity: Entity, types: Sequence[str]) -> str:
    says = f"{entity.entity_group}, score {entity.score:.2f}"
    more = " unsure" if entity.score < UNSURE else ""
    return mark(entity.word, entity.entity_group, types, title=says, more=more)


class TaggedPage:
    """A page that grows: its lists wait in a file until the counts above them are known.

    Args:
        path: of the page.
        lists: where they wait.
        tagger: what tags.
        source: what is tagged.
    """

    def __init__(self, path: Path, lists: TextIO, tagger: TextTagger, source: str) -> None:
        self._path, self._lists, self._tagger, self._source = path, lists, tagger, source
        self._sentences, self._found = 0, Counter[str]()

    def add(self, items: str, sentences: int, found: Counter[str]) -> None:
        """Take in some more sentences."""
        language = escape(self._tagger.language)
        start = self._sentences + 1
        opened = f'<ol class="sentences" start="{start}" lang="{language}">'
        self._lists.write(f"{opened}\n{items}</ol>\n")
        self._sentences += sentences
        self._found.update(found)

    def write(self, file: TextIO) -> None:
        """The whole page."""
        title = f"Tagged: {self._source}"
        file.write("".join([*beginning(title), self._header(title), '<main data-walk="1">\n']))
        self._lists.seek(0)
        shutil.copyfileobj(self._lists, file)
        file.write("</main>" + end())

    def told(self) -> str:
        """What was written, in a line."""
        size = self._path.stat().st_size
        slow = "; a browser takes a while to open it" if size > LARGE else ""
        return f"to look at: {self._path}, {size / KILOBYTE:,.0f} kB{slow}"

    def _header(self, title: str) -> str:
        total = self._found.total()
        entities = f"{total:,} {'entity' if total == 1 else 'entities'}"
        lead = f"{counted(self._sentences, 'sentence')}, {entities}. Scores are shown on demand; "
        lead += f"dashes underline entities that score below {UNSURE}."
        legend = [
            element("li", _type(name, self._tagger.labels.types), f" {self._found[name]:,}")
            for name in self._tagger.labels.types
        ]
        return element(
            "header",
            element("h1", escape(title)),
            paragraph(lead, class_="lead"),
            element("ul", *legend, class_="types", aria_label="Entities by type"),
        )


def _type(name: str, types: Sequence[str]) -> str:
    return element("mark", element("b", escape(name)), class_=colour_of(name, types))


@contextmanager
def tagged_page(tagger: TextTagger, settings: InferenceSettings) -> Iterator[TaggedPage]:
    """A page that appears at its place when everything is in it.

    Raises:
        UserError: it's there already and may not be overwritten, can't be written, or is a folder.
    """
    assert settings.html is not None
    path = Path(settings.html)
    if path.is_dir() or settings.html == "-":
        raise UserError(
            where=f"--html {settings.html}",
            wrong="is a folder" if path.is_dir() else "isn't a file",
            expected="the path of a page",
            remedy="give one such as out.html",
        )
    source = "standard input" if settings.data_file == "-" else Path(settings.data_file).name
    with (
        new_file(path, settings.overwrite_output_dir) as file,
        tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n", dir=path.parent) as lists,
    ):
        page = TaggedPage(path, lists, tagger, source)
        yield page
        page.write(file)
