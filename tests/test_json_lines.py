import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import texts

from nlp_architect_ext.core.sentence import Entity
from nlp_architect_ext.data.formats.json_lines import format_entities

ENTITIES = st.lists(
    st.builds(Entity, st.text(max_size=4), st.floats(0, 1), texts(), st.integers(0), st.integers(0))
)


@given(texts(), ENTITIES)
def test_one_line_of_json_holds_everything(text, entities):
    line = format_entities(text, entities)
    assert len(line.splitlines()) == 1
    assert line.encode("utf-8").decode("utf-8") == line
    record = json.loads(line)
    assert record["text"] == text
    assert [Entity(**entity) for entity in record["entities"]] == entities


def test_keys_and_characters_are_those_people_expect():
    assert format_entities("In Köln", [Entity("LOC", 0.5, "Köln", 3, 7)]) == (
        '{"text": "In Köln", "entities": '
        '[{"entity_group": "LOC", "score": 0.5, "word": "Köln", "start": 3, "end": 7}]}'
    )


@pytest.mark.parametrize("score", [float("nan"), float("inf")])
def test_scores_that_json_lacks_are_refused(score):
    with pytest.raises(ValueError, match="JSON"):
        format_entities("x", [Entity("A", score, "x", 0, 1)])
