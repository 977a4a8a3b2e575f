"""The conformance kit on this package's student."""

from gru_tagger import GruTagger

from nlp_architect_ext.testing import check_student


def test_installed_under_its_name() -> None:
    """With its defaults, as `--model_type gru` builds it."""
    check_student("gru")


def test_other_sizes() -> None:
    """With arguments of its own, as `--config_file` gives them."""
    check_student(GruTagger, gru_width=16, dropout=0.0)
