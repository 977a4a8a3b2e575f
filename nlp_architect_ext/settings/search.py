"""The settings of the search for small taggers."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.settings.fields import group, setting
from nlp_architect_ext.settings.student import StudentSettings
from nlp_architect_ext.settings.training import TaggerKdPseudoSettings

MILLISECONDS = {"ms": 1.0, "us": 0.001, "µs": 0.001, "s": 1000.0}
BUDGET = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)\s*(ms|us|µs|s)")
OPERATIONS = (
    "lstm",
    "conv3",
    "conv5",
    "separable3",
    "separable5",
    "separable7",
    "attention",
    "feed-forward",
)


@dataclass(frozen=True, kw_only=True)
class SearchSettings:
    """What is searched, and for which budgets."""

    budgets: tuple[str, ...] = setting(
        help="times a sentence, words to entities, such as 0.1ms or 80us; a tagger for each",
        spread=True,
        common=True,
    )
    budget_batch: int = setting(
        32, help="sentences at once when times are measured", minimum=1, common=True
    )
    widths: tuple[int, ...] = setting(
        (32, 64, 128), help="widths of the chains, multiples of 16", spread=True, minimum=32
    )
    operations: tuple[str, ...] = setting(
        OPERATIONS, help="operations of the chains", spread=True, choices=OPERATIONS
    )
    depth: int = setting(3, help="most operations of a chain", minimum=1)
    supernet_epochs: int = setting(12, help="epochs of the supernet", minimum=1, common=True)
    warmup_epochs: int = setting(
        3, help="epochs of the supernet before chains are dropped", minimum=0
    )
    bins: int = setting(4, help="steps of size and of latency that chains are sorted by", minimum=1)
    sample: int = setting(
        64, help="chains of a bin that are scored after an epoch; half are dropped", minimum=2
    )
    keep: int = setting(5, help="chains of a bin that are never dropped", minimum=1)
    dev_batches: int = setting(5, help="dev batches that score a chain", minimum=1)
    rank_networks: int = setting(
        5, help="further chains trained alone, to see what the supernet's order says", minimum=0
    )
    hand_made_widths: tuple[int, ...] = setting(
        (32, 50, 100), help="lstm_width of the cnn-lstm to compare with", spread=True, minimum=1
    )


@dataclass(frozen=True, kw_only=True)
class TaggerSearchSettings(TaggerKdPseudoSettings):
    """Settings of `nlp-train search`."""

    student: StudentSettings = group(StudentSettings, model_type="chain")
    search: SearchSettings = group(SearchSettings)


def milliseconds(budget: str) -> float:
    """The milliseconds of a budget such as ``0.1ms`` or ``80us``.

    Raises:
        UserError: it isn't one.
    """
    found = BUDGET.fullmatch(budget.strip().lower())
    if found is None or float(found[1]) <= 0:
        raise UserError(
            where="--budgets",
            wrong=repr(budget),
            expected="a time above 0 with its unit, ms, us or s, such as 0.1ms",
            remedy="correct it",
        )
    return float(found[1]) * MILLISECONDS[found[2]]


def budget_name(milliseconds: float) -> str:
    """The name of a budget's folder, such as ``0.1ms``."""
    return f"{milliseconds:g}ms"
