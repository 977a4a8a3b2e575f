"""What a student learns of an encoder on raw text, before its training."""

from __future__ import annotations

from dataclasses import dataclass

from nlp_architect_ext.settings.fields import setting

STAGES = ("none", "sentence", "words", "both")


@dataclass(frozen=True, kw_only=True)
class PretrainingSettings:
    """Pre-training of the student on raw text, without labels."""

    pretrain: str = setting(
        "none",
        help="what of an encoder the student learns first: sentence vectors, states of words, both",
        choices=STAGES,
    )
    pretrain_encoder: str | None = setting(
        None,
        help="that encoder, folder or hub name; if not given the one of the word vectors, or the "
        "first teacher's",
    )
    pretrain_file: str | None = setting(
        None,
        help="raw text for it; the unlabelled and labelled sentences of the run if not given",
    )
    pretrain_size: int | None = setting(None, help="draw at most N sentences of it", minimum=1)
    pretrain_epochs: int = setting(3, help="passes over that text; 0 for none", minimum=0)
    pretrain_lr: float = setting(
        0.003, help="learning rate at its beginning; it falls to zero", minimum=1e-8
    )
