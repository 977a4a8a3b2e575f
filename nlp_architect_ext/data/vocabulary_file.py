"""`vocabulary.json`: which kind of vocabulary it holds."""

from __future__ import annotations

from typing import Any

from nlp_architect_ext.data.old_vocabulary import KEY, OldVocabulary
from nlp_architect_ext.data.vocabulary import Vocabulary


def read_vocabulary(data: dict[str, Any]) -> Vocabulary:
    """A vocabulary from what its `to_json` gave.

    Raises:
        ValueError: nothing that any of them gives.
    """
    return OldVocabulary.from_json(data) if KEY in data else Vocabulary.from_json(data)
