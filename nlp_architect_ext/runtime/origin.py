"""Where an export comes from: what `export.json` holds."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from nlp_architect_ext.runtime import json_values


@dataclass(frozen=True, kw_only=True)
class Origin:
    """What an export was made from, and how close it is.

    Args:
        precision: "int8" or "fp32".
        model: SHA-256 of each file of the model, by its name.
        parity: what a comparison on dev found, as `evaluation.parity.Parity` names it; None if
            there was none.
    """

    precision: str
    model: dict[str, str]
    parity: dict[str, Any] | None

    def to_json(self) -> dict[str, Any]:
        """A plain dict for a JSON file."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Any) -> Origin:
        """The reverse of `to_json`.

        Raises:
            ValueError: not what `to_json` gives; it names the key.
        """
        model = json_values.value(data, "model", dict, "an object")
        for name in model:
            json_values.text(model, name)
        is_compared = data.get("parity") is not None
        return cls(
            precision=json_values.text(data, "precision"),
            model=model,
            parity=json_values.value(data, "parity", dict, "an object") if is_compared else None,
        )

    def is_of(self, sums: dict[str, str]) -> bool:
        """Whether it was made from just these files, SHA-256 by name."""
        is_same = [sums.get(name) == found for name, found in self.model.items()]
        return bool(is_same) and all(is_same)
