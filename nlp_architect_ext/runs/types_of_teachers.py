"""The types of entities that teachers know, for a run without labelled sentences."""

from __future__ import annotations

from pathlib import Path

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.files import read_json
from nlp_architect_ext.core.tags import OUTSIDE
from nlp_architect_ext.data.corpus import TRAIN, place_of
from nlp_architect_ext.runs.known_teacher import chosen
from nlp_architect_ext.runs.teacher_plan import splitter_of
from nlp_architect_ext.settings.training import TaggerSettings
from nlp_architect_ext.teachers.kind import TeacherOptions
from nlp_architect_ext.teachers.label_descriptions import read_descriptions


def types_of_teachers(settings: TaggerSettings) -> tuple[str, ...] | None:
    """What the labels are made of where no sentence is labelled.

    None where some are, where nobody teaches, and where no raw text is read, without which there
    would be nothing to learn from.

    Raises:
        UserError: nothing is labelled, and a teacher has to learn the labels or knows none.
    """
    data, teachers = settings.data, settings.teachers
    train = place_of(Path(data.data_dir), data.train_filename)
    is_expected = data.train_filename != TRAIN or train.exists()
    if teachers is None or settings.unlabelled is None or is_expected:
        return None
    described = teachers.label_descriptions
    options = TeacherOptions(
        splitter=splitter_of(settings.text),
        descriptions=read_descriptions(Path(described)) if described else {},
    )
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
