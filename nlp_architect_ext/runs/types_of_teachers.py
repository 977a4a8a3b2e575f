"""The types of entities that teachers know, for a run without labelled sentences."""

from __future__ import annotations

from pathlib import Path

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.files import read_json
from nlp_architect_ext.core.tags import OUTSIDE
from nlp_architect_ext.data.corpus import TRAIN, place_of
from nlp_architect_ext.runs.known_teacher import chosen
from nlp_architect_ext.settings.data import DataSettings
from nlp_architect_ext.settings.teacher import TeacherSettings
from nlp_architect_ext.teachers.kind import TeacherOptions


def types_of_teachers(
    data: DataSettings, teachers: TeacherSettings | None, options: TeacherOptions
) -> tuple[str, ...] | None:
    """What the labels are made of where no sentence is labelled; None where some are.

    Raises:
        UserError: nothing is labelled, and a teacher has to learn the labels or knows none.
    """
    train = place_of(Path(data.data_dir), data.train_filename)
    if teachers is None or data.train_filename != TRAIN or train.exists():
        return None
    names = read_json(Path(teachers.label_map)) if teachers.label_map else {}
    found: set[str] = set()
    for name in teachers.teacher:
        teacher = chosen(name)
        types = [] if teacher.needs_training else [*teacher.kind.types(teacher.argument, options)]
        if not types:
            raise UserError(
                where=f"teacher {name}",
                wrong=f"knows no labels, and nothing is labelled: {train} is missing",
                expected="labelled sentences to learn from, or teachers that know labels",
                remedy="give some, or take names, rules or a trained model as teachers",
            )
        found |= {str(names.get(type_, type_)) for type_ in types if names.get(type_, type_)}
    return tuple(sorted(found - {OUTSIDE}))
