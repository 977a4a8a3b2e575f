"""Which of the annotations and predictions of a Label Studio task counts."""

from __future__ import annotations

from datetime import UTC, datetime

from nlp_architect_ext.data.formats.json_fields import Fields

# Exports of the first versions have the second name.
ANNOTATIONS = ("annotations", "completions")


def answer_of(task: Fields) -> tuple[Fields | None, bool]:
    """The annotation or prediction that counts, and whether it's a prediction; None if none does.

    Annotations that were cancelled (skipped tasks) don't count. Those marked as ground truth come
    before others, then the one that was changed last. Where no annotation was ever made the last
    prediction counts.

    Raises:
        UserError: annotations or predictions that aren't such.
    """
    name = next((name for name in ANNOTATIONS if task.has(name)), None)
    annotations = [] if name is None else [task.inner(one) for one in task.objects(name)]
    done = [one for one in annotations if not _is_cancelled(one)]
    if done:
        return max(enumerate(done), key=lambda item: (*_rank(item[1]), item[0]))[1], False
    if annotations or not task.has("predictions"):
        return None, False
    predictions = task.objects("predictions")
    return (task.inner(predictions[-1]), True) if predictions else (None, False)


def _is_cancelled(annotation: Fields) -> bool:
    return any(annotation.flag(name) for name in ("was_cancelled", "skipped"))


def _rank(annotation: Fields) -> tuple[bool, float]:
    return annotation.flag("ground_truth"), _moment(annotation)


def _moment(annotation: Fields) -> float:
    """When it was changed, or else made, in seconds; 0 where that isn't said."""
    name = next((name for name in ("updated_at", "created_at") if annotation.has(name)), None)
    if name is None:
        return 0.0
    value = annotation.record[name]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    try:
        moment = datetime.fromisoformat(annotation.text(name))
    except ValueError as error:
        raise annotation.refused(f"{name!r} is no time: {value!r:.40}") from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
