"""The compact network, its words, and how it's trained."""

from __future__ import annotations

from dataclasses import dataclass

from nlp_architect_ext.settings.fields import setting


@dataclass(frozen=True, kw_only=True)
class StudentSettings:
    """The compact network."""

    model_type: str = setting(
        "cnn-lstm", help="student; `nlp-train students` lists them", common=True
    )
    config_file: str | None = setting(None, help="JSON file of the student's own arguments")
    use_crf: bool = setting(
        True, help="decode with a conditional random field; without, with a softmax", common=True
    )
    max_sentence_length: int = setting(
        250, help="longer sentences are windowed, in words; none is cut", minimum=8
    )
    word_dropout: float | None = setting(
        None,
        help="share of words unknown in training; the student's own if not given",
        minimum=0.0,
        maximum=0.9,
    )


@dataclass(frozen=True, kw_only=True)
class WordSettings:
    """Which words the student knows, and where their vectors come from."""

    vocabulary_limit: int = setting(
        30000,
        help="most words with vectors of their own; labelled ones always",
        minimum=1,
    )
    embedding_file: str | None = setting(
        None, help="word vectors as text (GloVe, word2vec), plain or gzip"
    )
    word_encoder: str | None = setting(
        None,
        help=(
            "encoder that gives the word vectors; none for random ones; the teacher, if there is "
            "one, by default"
        ),
        common=True,
    )
    closed_vocabulary: bool = setting(
        False, help="leave out the encoder's words and word pieces, for words never seen"
    )
    soft_labels_dir: str | None = setting(
        None,
        help="store of the answers of teacher and encoder; output_dir/soft_labels if not given",
    )


@dataclass(frozen=True, kw_only=True)
class ScheduleSettings:
    """The student's training."""

    recipe: str = setting(
        "default", help="set of hyper-parameters", choices=("default", "paper"), common=True
    )
    batch_size: int = setting(32, help="sentences a step", flags=("-b",), minimum=1, common=True)
    epochs: int = setting(
        8, help="most passes over the data", flags=("-e",), minimum=1, common=True
    )
    min_epoch_steps: int = setting(
        250, help="an epoch repeats the data until it has as many steps", minimum=1
    )
    max_epoch_steps: int = setting(
        400, help="an epoch reads a part of the data if all of it takes more steps", minimum=1
    )
    patience: int = setting(
        8, help="epochs without a better dev score before stopping; 0 never stops", minimum=0
    )
    optimizer: str = setting(
        "adam", help="adam, or sgd with a momentum of 0.9", choices=("adam", "sgd")
    )
    lr: float = setting(0.003, help="learning rate", minimum=1e-8, common=True)
    lr_schedule: str = setting(
        "linear",
        help="constant, falling to zero, or rising for 5,000 steps and falling slowly afterwards",
        choices=("constant", "linear", "warmup"),
    )
    max_grad_norm: float = setting(5.0, help="longer gradients are clipped", minimum=1e-8)
    ema_decay: float = setting(
        0.0,
        help="of the moving average of weights that is scored and kept; 0 for none",
        minimum=0.0,
        maximum=0.99999,
    )
    label_smoothing: float = setting(
        0.0,
        help="share of each gold label given to all labels alike; for a softmax",
        minimum=0.0,
        maximum=0.9,
    )
    fit_outside_bias: bool = setting(
        True, help="after training, shift the scores of O by what is best on dev"
    )
    logging_steps: int = setting(50, help="steps between two lines of metrics.jsonl", minimum=1)
    save_steps: int = setting(
        500, help="steps between two checkpoints, beside one an epoch", minimum=1
    )
