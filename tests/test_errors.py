"""What is called which error, and which type is taken for which."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st
from strategies import tagged_sentences

from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.tags import Span
from nlp_architect_ext.evaluation.confusion import confusion
from nlp_architect_ext.evaluation.errors import SpanError, entities, span_errors

GOLD = {Span("PER", 0, 2), Span("LOC", 3, 4), Span("ORG", 5, 6), Span("PER", 8, 9)}
FOUND = {Span("PER", 0, 1), Span("ORG", 3, 4), Span("PER", 8, 9), Span("LOC", 10, 12)}


def test_each_wrong_entity_has_its_kind():
    assert list(span_errors(GOLD, FOUND)) == [
        SpanError("boundary", Span("PER", 0, 2)),
        SpanError("type", Span("LOC", 3, 4)),
        SpanError("missed", Span("ORG", 5, 6)),
        SpanError("invented", Span("LOC", 10, 12)),
    ]


def test_entities_are_paired_with_what_was_found_in_their_place():
    labels = LabelSet.for_types(["LOC", "PER"])
    gold = [("B-PER", "I-PER", "O", "B-LOC", "O", "B-LOC")]
    found = [("B-LOC", "B-PER", "O", "B-PER", "B-PER", "O")]
    counted = confusion(gold, found, labels)
    # The two words of PER share one with each; the first one is taken, the other is invented.
    assert counted.counts == Counter(
        {("PER", "LOC"): 1, (None, "PER"): 2, ("LOC", "PER"): 1, ("LOC", None): 1}
    )
    assert counted.most_frequent == (("LOC", "PER"), 1)
    moved = confusion([("B-PER", "I-PER")], [("B-PER", "O")], labels)
    assert (moved.counts, moved.moved) == (Counter({("PER", "PER"): 1}), Counter(PER=1))
    assert moved.most_frequent is None


@given(st.lists(tagged_sentences(), min_size=1, max_size=5), st.randoms())
def test_rows_are_the_gold_entities_and_columns_the_found_ones(sentences, random):
    gold = [sentence.labels for sentence in sentences]
    found = [tuple(random.sample(labels, len(labels))) for labels in gold]
    types = {label[2:] for labels in gold for label in labels if label != "O"}
    counted = confusion(gold, found, LabelSet.for_types(types))
    for side, sequences in ((0, gold), (1, found)):
        sums = Counter()
        for pair, count in counted.counts.items():
            sums[pair[side]] += count
        del sums[None]
        spans = [span.type for labels in sequences for span in entities(labels, "IOB2")]
        assert sums == Counter(spans)
