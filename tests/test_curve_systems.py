"""Names of systems and the commands that they stand for."""

from pathlib import Path

import pytest

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.curve.flags import COMMANDS
from nlp_architect_ext.curve.plan import plan
from nlp_architect_ext.curve.systems import systems_of
from nlp_architect_ext.settings.curve import LearningCurveSettings
from nlp_architect_ext.settings.recipes import RECIPES


def settings(**values):
    needed = {
        "data_dir": "data",
        "output_dir": "out",
        "sizes": (10, 5),
        "teacher": "encoder",
        "seeds": 2,
    }
    return LearningCurveSettings(**{**needed, **values})


def cells(**values):
    chosen = settings(**values)
    return {cell.name: cell for cell in plan(chosen, systems_of(chosen))}


def flags(cell):
    return set(cell.arguments)


def test_every_recipe_is_a_system_with_and_without_a_crf():
    names = [
        name + ending
        for name in ("plain", *RECIPES, "cvt", "kd-cvt")
        for ending in ("", "-crf", "-softmax")
    ]
    found = systems_of(settings(systems=("teacher", *names)))
    assert [system.name for system in found] == ["teacher", *names]
    for flag, ending in (("--use_crf", "-crf"), ("--no_use_crf", "-softmax")):
        assert {system.name for system in found if flag in system.flags} == {
            n for n in names if ending in n
        }
    assert {system.command for system in found} == set(COMMANDS)


def test_cells_of_all_sizes_and_seeds_each_after_what_it_needs():
    found = cells(systems=("default", "plain"), first_seed=7)
    draws = [f"{size}-{seed}" for seed in (7, 8) for size in (5, 10)]
    assert list(found) == [
        f"{d}/{name}" for d in draws for name in ("teacher", "soft_labels", "default", "plain")
    ]
    order = list(found)
    for name, cell in found.items():
        assert all(order.index(need) < order.index(name) for need in cell.needs)
    assert found["5-7/default"].needs == ("5-7/soft_labels",)
    assert found["5-7/soft_labels"].needs == ("5-7/teacher",)
    assert found["5-7/plain"].needs == found["5-7/teacher"].needs == ()


def test_a_seed_decides_draw_and_training():
    for cell in cells(systems=("plain",)).values():
        assert flags(cell) >= {
            f"--labeled_size={cell.size}",
            f"--split_seed={cell.seed}",
            f"--seed={cell.seed}",
        }


def test_plain_systems_need_no_teacher():
    assert list(cells(systems=("plain",), teacher=None, seeds=1)) == ["5-1/plain", "10-1/plain"]


def test_no_labelling_without_students_of_the_teacher():
    assert list(cells(systems=("plain", "teacher"), seeds=1, sizes=(5,))) == [
        "5-1/teacher",
        "5-1/plain",
    ]


def test_teacher_labels_and_students_agree_on_what_decides_the_answers():
    found = cells(
        systems=("default",),
        seeds=1,
        sizes=(5,),
        precision="bf16",
        teacher_max_seq_len=64,
        tokenizer="whitespace",
        unlabeled_size=9,
        tag_col=-2,
        scheme="IOB1",
    )
    teacher, labels, student = found.values()
    both = {
        "--precision=bf16",
        "--teacher_max_seq_len=64",
        "--tokenizer=whitespace",
        "--unlabeled_size=9",
        "--tag_col=-2",
        "--scheme=IOB1",
    }
    assert both <= flags(labels)
    assert both <= flags(student)
    assert flags(teacher) >= {
        "--precision=bf16",
        "--max_seq_length=64",
        "--tag_col=-2",
        "--scheme=IOB1",
    }
    shared = {
        f"--teacher={teacher.folder}",
        f"--soft_labels_dir={Path('out/soft_labels').absolute()}",
    }
    assert shared <= flags(labels)
    assert shared <= flags(student)


def test_flags_of_students_teachers_and_variants_reach_their_cells():
    found = cells(
        seeds=1,
        sizes=(5,),
        systems=("plain", "default"),
        student_flags="--epochs 3 -b 4",
        teacher_flags="--num_train_epochs 2",
        variant=("warm=--kd_temp 3 --recipe paper", "bare="),
    )
    for name in ("plain", "default", "warm", "bare"):
        assert found[f"5-1/{name}"].arguments[-6:] != ()
        assert {"--epochs", "3", "-b", "4"} <= flags(found[f"5-1/{name}"])
    assert {"--kd_temp", "3", "--recipe", "paper"} <= flags(found["5-1/warm"])
    assert "--kd_temp" not in flags(found["5-1/bare"]) | flags(found["5-1/default"])
    assert "--num_train_epochs" in flags(found["5-1/teacher"])
    assert "--epochs" not in flags(found["5-1/teacher"])


def test_the_encoder_gives_word_vectors_except_in_the_papers_recipe():
    variant = (
        "own=--word_encoder other",
        "vectors=--embedding_file v.txt",
        "old=--recipe paper",
        "new=--epochs 2",
    )
    found = systems_of(
        settings(systems=("paper", "paper-crf", "default", "default-crf"), variant=variant)
    )
    given = {system.name for system in found if "--word_encoder=encoder" in system.flags}
    assert given == {"default", "default-crf", "new"}


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        (
            {"systems": ("plane",)},
            "--systems plane: no such system; expected some of: teacher, plain, default",
        ),
        ({"teacher": None}, "--teacher: missing"),
        ({"variant": ("--kd_temp 3",)}, "has no name of letters"),
        ({"variant": ("a/b=--kd_temp 3",)}, "has no name of letters"),
        ({"variant": ("plain=--kd_temp 3",)}, "--variant plain: is a system already"),
        ({"variant": ("soft_labels=",)}, "--variant soft_labels: is a system already"),
        ({"variant": ("a=", "a=--kd_temp 3")}, "--variant a: is given twice"),
        ({"variant": ("a=--kd_tmp 3",)}, "--variant a: unrecognized arguments: --kd_tmp 3"),
        (
            {"variant": ("a=--kd_tem 3",)},
            "--variant a: unrecognized arguments: --kd_tem 3",
        ),  # no abbreviations
        ({"variant": ("a=--kd_temp",)}, "--variant a: argument --kd_temp: expected one argument"),
        ({"variant": ("a=--kd_temp 0",)}, "--variant a: --kd_temp: 0.0; expected at least 0.01"),
        ({"variant": ("a=--recipe new",)}, "--variant a: argument --recipe: invalid choice"),
        ({"variant": ("a=--epochs 'x",)}, "--variant a: No closing quotation"),
        (
            {"variant": ("a=--seed 3 --teacher x",)},
            "--variant a: --seed, --teacher can't be given here",
        ),
        ({"student_flags": "--kd_temp 3"}, "--student_flags: unrecognized arguments: --kd_temp 3"),
        ({"student_flags": "--recipe paper"}, "--student_flags: --recipe can't be given here"),
        ({"student_flags": "--help"}, "--student_flags: unrecognized arguments: --help"),
        ({"teacher_flags": "--kd_w 3"}, "--teacher_flags: unrecognized arguments: --kd_w 3"),
        ({"teacher_flags": "--output_dir x"}, "--teacher_flags: --output_dir can't be given here"),
    ],
)
def test_mistakes(values, complaint):
    with pytest.raises(UserError) as caught:
        systems_of(settings(**values))
    assert complaint in str(caught.value)


def test_a_variant_may_be_of_another_command():
    variant = (
        "words=tagger --word_encoder own",
        "half=tagger_kd_cvt --view_w 0.5",
        "cvt2=  tagger_cvt",
    )
    found = {
        system.name: system for system in systems_of(settings(systems=("plain",), variant=variant))
    }
    assert (found["words"].command, found["words"].flags) == ("tagger", ("--word_encoder", "own"))
    assert not found["words"].needs_teacher
    assert found["half"].flags == ("--word_encoder=encoder", "--view_w", "0.5")
    assert (found["cvt2"].command, found["cvt2"].flags) == ("tagger_cvt", ())
    with pytest.raises(UserError, match="unrecognized arguments: --view_w"):
        systems_of(settings(variant=("a=tagger --view_w 2",)))


def test_views_learn_from_raw_text_with_and_without_a_teacher():
    found = cells(
        systems=("cvt", "kd-cvt"), unlabeled_size=50, seeds=1, sizes=(5,), tokenizer="whitespace"
    )
    assert list(found) == ["5-1/teacher", "5-1/soft_labels", "5-1/cvt", "5-1/kd-cvt"]
    alone, taught = found["5-1/cvt"], found["5-1/kd-cvt"]
    assert flags(alone) >= {"tagger_cvt", "--unlabeled_size=50", "--tokenizer=whitespace"}
    assert not any(flag.startswith(("--teacher", "--word_encoder")) for flag in flags(alone))
    assert alone.needs == ()
    assert flags(taught) >= {"tagger_kd_cvt", "--unlabeled_size=50", "--word_encoder=encoder"}
    assert taught.needs == ("5-1/soft_labels",)
    assert list(cells(systems=("cvt",), teacher=None, seeds=1, sizes=(5,))) == ["5-1/cvt"]
