"""Plugins by name: strangers can't break each other."""

import importlib
import sys

import pytest

from nlp_architect_ext.core import registry
from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.students.base import build


@pytest.fixture
def plugins(tmp_path, monkeypatch):
    """Install a distribution with these entry points: {group: {name: (module, its source)}}."""

    def install(name, group, points):
        info = tmp_path / f"{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        lines = [f"[{group}]"]
        for point, (module, source) in points.items():
            (tmp_path / f"{module}.py").write_text(source)
            lines.append(f"{point} = {module}:thing")
        (info / "entry_points.txt").write_text("\n".join(lines))
        importlib.invalidate_caches()

    monkeypatch.syspath_prepend(str(tmp_path))
    yield install
    for module in [name for name in sys.modules if name.startswith("stranger_")]:
        del sys.modules[module]


def test_built_ins_are_entry_points_like_any_others():
    assert {"tagger", "tagger_kd", "tagger_kd_pseudo", "transformer_token"} <= set(
        registry.names(registry.TRAIN)
    )
    assert {"tagger", "transformer_token"} <= set(registry.names(registry.INFERENCE))
    assert {"cnn-lstm", "id-cnn"} <= set(registry.names(registry.STUDENTS))


def test_an_unknown_name_answers_with_the_installed_ones():
    with pytest.raises(
        UserError,
        match=r"'cnn-lstn': no such name is installed; expected one of: chain, cnn-lstm, id-cnn",
    ):
        registry.load(registry.STUDENTS, "cnn-lstn")


def test_a_strangers_plugin_is_found_and_loaded(plugins):
    plugins("good", registry.STUDENTS, {"stranger": ("stranger_good", "thing = 42")})
    assert "stranger" in registry.names(registry.STUDENTS)
    assert registry.load(registry.STUDENTS, "stranger") == 42


def test_a_broken_plugin_is_one_line_and_breaks_no_other(plugins):
    plugins("broken", registry.STUDENTS, {"stranger": ("stranger_broken", "import no_such_module")})
    assert {"stranger", "cnn-lstm"} <= set(registry.names(registry.STUDENTS))
    with pytest.raises(
        registry.BrokenPluginError, match="stranger_broken:thing fails to import"
    ) as caught:
        registry.load(registry.STUDENTS, "stranger")
    assert "\n" not in str(caught.value)
    assert registry.load(registry.STUDENTS, "cnn-lstm").__name__ == "CnnLstm"


@pytest.mark.parametrize("source", ["import sys; sys.exit(3)", "raise GeneratorExit"])
def test_a_plugin_that_ends_the_program_on_import_breaks_no_other(plugins, source):
    plugins("ending", registry.STUDENTS, {"stranger": ("stranger_ending", source)})
    with pytest.raises(registry.BrokenPluginError, match="fails to import"):
        registry.load(registry.STUDENTS, "stranger")
    assert "cnn-lstm" in registry.load_all(registry.STUDENTS)


def test_a_student_that_can_t_be_called_is_one_line(plugins):
    plugins("number", registry.STUDENTS, {"stranger": ("stranger_number", "thing = 42")})
    with pytest.raises(UserError, match="is a int; expected the class of a student"):
        build("stranger", 5, 5, 5, {})


def test_a_name_that_two_strangers_claim_is_refused(plugins):
    for number in "12":
        module = f"stranger_{number}"
        plugins(f"twin{number}", registry.STUDENTS, {"stranger": (module, "thing = 1")})
    with pytest.raises(registry.BrokenPluginError, match="registered twice"):
        registry.load(registry.STUDENTS, "stranger")


def test_defect_22_a_built_in_keeps_its_name(plugins):
    plugins("usurper", registry.STUDENTS, {"cnn-lstm": ("stranger_usurper", "thing = 1")})
    assert registry.load(registry.STUDENTS, "cnn-lstm").__name__ == "CnnLstm"
