"""Which layer of the teacher teaches which layer of the student."""

from __future__ import annotations

from nlp_architect_ext.compression.extraction import kept_layers
from nlp_architect_ext.core.errors import UserError

UNIFORM, LAST = "uniform", "last"


def layer_mapping(name: str, layers: int, teacher_layers: int) -> tuple[int, ...]:
    """For each layer of the student the number of the teacher's layer that teaches it.

    Layers are counted from 1; 0 is no lesson. ``uniform`` is the layer of which extraction makes
    that of the student, ``m·N/M`` for layer m of M (Jiao et al., 2020, "TinyBERT"). ``last``
    teaches the last layer by the last. A list such as ``0,0,6`` says it itself.

    Args:
        name: ``uniform``, ``last`` or a list.
        layers: M.
        teacher_layers: N.

    Raises:
        UserError: no such mapping, one of another length, or a layer that the teacher hasn't.
    """
    if name == UNIFORM:
        return tuple(layer + 1 for layer in kept_layers(layers, teacher_layers))
    if name == LAST:
        return (*[0] * (layers - 1), teacher_layers)
    return _listed(name, layers, teacher_layers)


def _listed(name: str, layers: int, teacher_layers: int) -> tuple[int, ...]:
    parts = [part.strip() for part in name.split(",")]
    if not all(part.isdecimal() for part in parts):
        raise _refused(name, "no such mapping", layers)
    found = tuple(map(int, parts))
    if len(found) != layers:
        raise _refused(name, f"has {len(found)} numbers for {layers} layers", layers)
    if max(found) > teacher_layers:
        wrong = f"layer {max(found)} of a teacher that has {teacher_layers}"
        raise _refused(name, wrong, layers)
    return found


def _refused(name: str, wrong: str, layers: int) -> UserError:
    listed = ",".join(["0"] * (layers - 1) + ["N"])
    return UserError(
        where=f"mapping {name!r}",
        wrong=wrong,
        expected=f"uniform, last, ga, or a layer of the teacher for each of {layers}: {listed}",
        remedy="correct it",
    )
