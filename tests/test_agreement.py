"""Teacher against student: counted by hand, and by what must add up."""

from hypothesis import given
from hypothesis import strategies as st

from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.evaluation.agreement import Disagreement, agreement, disagreements, examples
from nlp_architect_ext.evaluation.scores import Agreement, Differing, Found

LABELS = LabelSet.for_types(["PER", "LOC"])
GOLD = [["B-PER", "I-PER", "O"], ["O", "B-LOC"], ["O"]]
TEACHER = [["B-PER", "I-PER", "O"], ["B-LOC", "B-LOC"], ["O"]]
STUDENT = [["B-PER", "O", "O"], ["B-PER", "B-LOC"], ["O"]]


def test_words_and_entities_are_counted():
    assert agreement(GOLD, TEACHER, STUDENT, LABELS) == Agreement(
        words=4 / 6,
        differing=Differing(count=2, teacher=1, student=0, neither=1),
        entities={"both": Found(1, 1), "teacher": Found(2, 1), "student": Found(2, 0)},
    )


def test_the_most_frequent_disagreement_comes_first():
    assert disagreements(
        GOLD * 2, TEACHER * 2, [*STUDENT, ["B-PER", "I-PER", "O"], *STUDENT[1:]]
    ) == [
        Disagreement("B-LOC", "B-PER", 2, 0, 0),
        Disagreement("I-PER", "O", 1, 1, 0),
    ]


rows = st.lists(st.tuples(*[st.sampled_from(["A", "B", "O"])] * 3), min_size=1, max_size=8)


@given(st.lists(rows, max_size=5))
def test_what_must_add_up_adds_up(sentences):
    columns = [[[row[column] for row in rows] for rows in sentences] for column in range(3)]
    found = agreement(*columns, LabelSet.plain(["A", "B", "O"]))
    words = sum(map(len, sentences))
    differing = found.differing
    assert differing.teacher + differing.student + differing.neither == differing.count
    assert found.words * words + differing.count == words
    entities = found.entities
    assert entities["both"].count + entities["teacher"].count == sum(
        r[1] != "O" for s in sentences for r in s
    )
    assert entities["both"].count + entities["student"].count == sum(
        r[2] != "O" for s in sentences for r in s
    )
    assert all(one.right <= one.count for one in entities.values())


@given(st.lists(st.booleans(), max_size=40), st.integers(1, 12))
def test_examples_differ_and_are_spread_over_the_file(same, most):
    found = examples(
        [["O"]] * len(same), [["O"] if is_same else ["B-PER"] for is_same in same], most
    )
    assert found == sorted(set(found))
    assert len(found) == min(most, same.count(False))
    assert not any(same[index] for index in found)
