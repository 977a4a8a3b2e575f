"""Something that may be wrong in data."""

from __future__ import annotations

from dataclasses import dataclass

EXAMPLES = 5  # shown of each kind


@dataclass(frozen=True)
class Finding:
    """Something that may be wrong.

    Args:
        name: a short name of its kind, for JSON.
        count: how often.
        says: what it is and what it means, a sentence.
        examples: the first few, each with its place.
    """

    name: str
    count: int
    says: str
    examples: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "\n".join([self.says, *(f"    {example}" for example in self.examples)])
