"""What to annotate next."""

from __future__ import annotations

from html import escape

from nlp_architect_ext.core.manifest import ANNOTATE, PREANNOTATED, REASONS
from nlp_architect_ext.core.tags import spans
from nlp_architect_ext.evaluation.annotate import SHORTEST, ToAnnotate
from nlp_architect_ext.reports.entity_text import marked_words
from nlp_architect_ext.reports.markup import element, section

SENTENCES = 10  # the files have all of them
LONGEST = 60  # words of a sentence that are shown


def to_annotate(found: ToAnnotate, scheme: str, types: tuple[str, ...], language: str) -> str:
    """The sentences that were chosen, with what the student finds in them.

    Args:
        found: the sentences.
        scheme: of their tags.
        types: all types, sorted.
        language: of the texts.
    """
    varied = ", and no ten of them are of one kind" if found.is_diverse else ""
    about = (
        f"By {found.rule.replace('-', ' ')} the student is in doubt about these sentences, so "
        f"their labels would teach it most{varied}. "
        f"{found.looked_at:,} of {found.pool:,} unlabelled sentences were compared (a random "
        f"sample of large pools; each once, without those of fewer than {SHORTEST} words and those "
        f"that are labelled). The {len(found.sentences)} that were chosen, {found.words:,} words, "
        f"are in {ANNOTATE}, with the student's labels, to be corrected, in {PREANNOTATED}, and "
        f"with what it doubts in {REASONS}; if the labelled data came in another format, in that "
        "one too. The page of nlp-inference serve shows them as well."
    )
    items = []
    for one in found.sentences[:SENTENCES]:
        whole = range(min(len(one.words), LONGEST))
        text = marked_words(one.words, spans(one.tags, scheme), types, whole)
        sentence = element("p", text, class_="words", lang=language)
        why = f": {escape(one.doubtful_words)}" if one.doubtful else ""
        unsure = element("small", f"uncertainty {one.uncertainty:.3f}{why}")
        items.append(element("li", sentence, unsure))
    listed = element("ol", *items, class_="examples") if items else ""
    return section("To annotate next", listed, about=about, name="annotate")
