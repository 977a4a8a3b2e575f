"""The labels of a task: their order, their ids, which may follow which."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from nlp_architect_ext.core.tags import OUTSIDE, Span, spans

if TYPE_CHECKING:  # the native kernel runs without numpy, whose import takes a tenth of a second
    import numpy as np
    import numpy.typing as npt


@dataclass(frozen=True)
class LabelSet:
    """The labels of a model, their ids (the order of ``names``) and which label may follow which.

    Args:
        names: the labels; for IOB2 in any order, so that a teacher's own order can be kept.
        scheme: ``IOB2`` (entities of several words) or ``plain`` (a label a word).

    Raises:
        ValueError: no name, a name twice, another scheme, others than ``O``, ``B-T``, ``I-T``, or
            one without ``B-T``.
    """

    names: tuple[str, ...]
    scheme: str

    def __post_init__(self) -> None:
        if not self.names or len(set(self.names)) < len(self.names):
            raise ValueError(f"labels {list(self.names)}: none, or one of them twice")
        if self.scheme not in ("IOB2", "plain"):
            raise ValueError(f"labels of scheme {self.scheme!r}; expected 'IOB2' or 'plain'")
        if self.scheme == "IOB2":
            spans(self.names, "IOB2")  # refuses other tags
            known = set(self.names)
            missing = [
                name for name in self.names if name[0] == "I" and f"B{name[1:]}" not in known
            ]
            if missing:
                raise ValueError(
                    f"labels {missing} can follow nothing: their B- labels are missing"
                )

    @classmethod
    def for_types(cls, types: Iterable[str]) -> LabelSet:
        """``O``, then ``B-T`` and ``I-T`` for every entity type, sorted."""
        pairs = [f"{prefix}-{type_}" for type_ in sorted(set(types)) for prefix in "BI"]
        return cls((OUTSIDE, *pairs), "IOB2")

    @classmethod
    def plain(cls, names: Iterable[str]) -> LabelSet:
        """Labels without spans, such as parts of speech: ``O`` first if any, the others sorted."""
        return cls(tuple(sorted(set(names), key=lambda name: (name != OUTSIDE, name))), "plain")

    def __len__(self) -> int:
        return len(self.names)

    @cached_property
    def ids(self) -> dict[str, int]:
        """Label → id."""
        return {name: number for number, name in enumerate(self.names)}

    @cached_property
    def types(self) -> tuple[str, ...]:
        """The entity types, sorted; for plain labels every label but ``O``."""
        return tuple(sorted({span.type for span in spans(self.names, self.scheme)}))

    @property
    def outside(self) -> int | None:
        """The id of ``O``, or None if there is none."""
        return self.ids.get(OUTSIDE)

    @cached_property
    def legal_start(self) -> npt.NDArray[np.bool_]:
        """Which labels may begin a sentence, bool (labels,)."""
        import numpy as np

        is_plain = self.scheme == "plain"
        return np.array([is_plain or not name.startswith("I-") for name in self.names])

    @cached_property
    def legal(self) -> npt.NDArray[np.bool_]:
        """Which label may follow which, bool (labels, labels): ``legal[before, after]``."""
        same_type = [[before[1:] == after[1:] for after in self.names] for before in self.names]
        return self.legal_start | same_type

    def spans(self, labels: Sequence[str]) -> list[Span]:
        """The entities of one sentence's labels; for plain labels every word that isn't ``O``."""
        return spans(labels, self.scheme)

    def to_json(self) -> dict[str, Any]:
        """A plain dict for a JSON file."""
        return {"scheme": self.scheme, "names": list(self.names)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> LabelSet:
        """The reverse of :meth:`to_json`.

        Raises:
            ValueError: not what :meth:`to_json` writes.
        """
        names = data.get("names")
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise ValueError("labels: expected a list of names")
        return cls(tuple(names), str(data.get("scheme")))
