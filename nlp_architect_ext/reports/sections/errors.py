"""Errors: how many of each kind, which type is taken for which, and examples in their context."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from nlp_architect_ext.core.tags import Span
from nlp_architect_ext.evaluation.errors import (
    ERRORS,
    SpanError,
    entities,
    overlap,
    span_errors,
)
from nlp_architect_ext.evaluation.evaluation import Evaluation
from nlp_architect_ext.evaluation.results import Metrics
from nlp_architect_ext.reports.entity_text import marked_words
from nlp_architect_ext.reports.html_table import html_table
from nlp_architect_ext.reports.markup import element, paragraph, section
from nlp_architect_ext.reports.sections.confusion import confusion_table
from nlp_architect_ext.reports.tables import error_kinds, subject

EXAMPLES = 6  # of each kind
CONTEXT = 12  # words before and behind

MEANING = {
    "boundary": "right type, other words",
    "type": "another type",
    "missed": "nothing was found",
    "invented": "nothing is there",
}


@dataclass(frozen=True)
class Example:
    """An error and the sentence it's in."""

    sentence: int
    error: SpanError


def errors(metrics: Metrics, split: str, evaluation: Evaluation, language: str) -> list[str]:
    """Sections on kinds of error and on types, and one with examples."""
    kinds = section(
        f"Kinds of error ({split})",
        html_table(error_kinds(metrics, split), "Errors by kind"),
        about="; ".join(f"{kind}: {MEANING[kind]}" for kind in ERRORS).capitalize() + ".",
        name="errors",
    )
    found = list(_found(evaluation))
    return [
        kinds,
        confusion_table(split, evaluation, subject(metrics)),
        _examples(split, evaluation, found, subject(metrics), language),
    ]


def _found(evaluation: Evaluation) -> Iterator[Example]:
    scheme = evaluation.labels.scheme
    pairs = zip(evaluation.gold, evaluation.student, strict=True)
    for index, (gold, student) in enumerate(pairs):
        for error in span_errors(set(entities(gold, scheme)), set(entities(student, scheme))):
            yield Example(index, error)


def _examples(
    split: str, evaluation: Evaluation, found: Sequence[Example], name: str, language: str
) -> str:
    if not found:
        return section(f"Examples of errors ({split})", paragraph("There are no errors."))
    groups, types, kinds = [], set(), []
    for kind in ERRORS:
        own = [one for one in found if one.error.kind == kind]
        if not own:
            continue
        shown = _spread(own)
        types |= {one.error.span.type for one in shown}
        kinds.append(kind)
        items = [_example(one, evaluation, name, language) for one in shown]
        count = f"{len(shown)} of {len(own):,}" if len(shown) < len(own) else f"{len(own):,}"
        heading = element("h3", f"{kind.capitalize()}: {MEANING[kind]} ({count})")
        listed = element("ul", *items, class_="examples")
        groups.append(element("div", heading, listed, data_group=True))
    about = (
        f"At most {EXAMPLES} of each kind, spread over the file, with {CONTEXT} words before and "
        "behind."
    )
    form = _form(kinds, sorted(types))
    return section(f"Examples of errors ({split})", form, *groups, about=about, name="examples")


def _spread(found: Sequence[Example]) -> list[Example]:
    """Some of them, evenly spread, in their order."""
    count = min(EXAMPLES, len(found))
    return [found[index * len(found) // count] for index in range(count)]


def _form(kinds: Sequence[str], types: Sequence[str]) -> str:
    """Choices that the script makes work; without it all examples are shown."""
    parts = []
    for name, values in (("kind", kinds), ("type", types)):
        options = [element("option", f"every {name}", value="")]
        options += [element("option", escape(value), value=value) for value in values]
        parts.append(element("label", name, element("select", *options, name=name)))
    counted = element("output", aria_live="polite")
    return element("form", *parts, counted, data_filter=True, hidden=True)


def _example(one: Example, evaluation: Evaluation, name: str, language: str) -> str:
    sentence = evaluation.sentences[one.sentence]
    span = one.error.span
    shown = range(max(0, span.start - CONTEXT), min(len(sentence), span.end + CONTEXT))
    said = {"gold": evaluation.gold, name: evaluation.student}
    if evaluation.teacher is not None:
        said["teacher"] = evaluation.teacher
    head = _told(one.error, sentence.words, evaluation.student[one.sentence], evaluation, name)
    where = f"line {sentence.line:,}" if sentence.line else f"sentence {one.sentence + 1:,}"
    return element(
        "li",
        element("p", head, " ", element("small", where)),
        said_by(
            {who: labels[one.sentence] for who, labels in said.items()},
            sentence.words,
            evaluation,
            shown,
            language,
        ),
        data_kind=one.error.kind,
        data_type=span.type,
    )


def said_by(
    labels: dict[str, Sequence[str]],
    words: Sequence[str],
    evaluation: Evaluation,
    shown: range,
    language: str,
) -> str:
    """The same words with what each system found, one below the other."""
    types = evaluation.labels.types
    rows = []
    for who, names in labels.items():
        text = marked_words(words, evaluation.labels.spans(names), types, shown)
        rows += [element("dt", who), element("dd", text, lang=language)]
    return element("dl", *rows, class_="said")


def _told(
    error: SpanError,
    words: Sequence[str],
    student: Sequence[str],
    evaluation: Evaluation,
    name: str,
) -> str:
    """The error in a sentence."""
    span = error.span
    quoted = element("strong", escape(" ".join(words[span.start : span.end])))
    type_ = escape(span.type)
    if error.kind == "invented":
        return f"{quoted} is no {type_}, as the {name} says."
    if error.kind == "missed":
        return f"{quoted} is {type_}; the {name} finds nothing."
    found = [one for one in entities(student, evaluation.labels.scheme) if overlap(one, span)]
    if [(one.start, one.end) for one in found] == [(span.start, span.end)]:
        return f"{quoted} is {type_}; the {name} says {escape(found[0].type)}."
    instead = ", ".join(_quoted(one, words) for one in found)
    return f"{quoted} is {type_}; the {name} finds {instead}."


def _quoted(span: Span, words: Sequence[str]) -> str:
    return f"{escape(span.type)} in “{escape(' '.join(words[span.start : span.end]))}”"
