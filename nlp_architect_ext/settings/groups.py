"""What a run can be told, in groups; a command's settings are the groups it needs.

Names and short forms are NLP Architect's where it had them. `docs/command-line.md` is made from
this file.
"""

from __future__ import annotations

from dataclasses import dataclass

from nlp_architect_ext.settings.fields import setting

LOSSES = ("kl", "posterior", "mse")
RATE = "highest learning rate; 5e-5 · 768 / width of the model if not given"


@dataclass(frozen=True, kw_only=True)
class RunSettings:
    """Where a run writes and how it behaves."""

    output_dir: str = setting(help="folder for the result; new or empty")
    overwrite_output_dir: bool = setting(False, help="replace the earlier run in output_dir")
    resume: bool = setting(
        False, help="continue the run in output_dir, or start it if there is none"
    )
    config: str | None = setting(None, help="JSON file of settings; flags are stronger")
    seed: int = setting(42, help="decides every random draw", minimum=0, maximum=2**31 - 1)
    device: str = setting("auto", help="cpu, cuda, cuda:1, ... or auto")
    no_cuda: bool = setting(False, help="the same as --device cpu")
    threads: int | None = setting(
        None, help="processor threads; all cores if not given", minimum=1, maximum=1024
    )
    dry_run: bool = setting(
        False, help="read and check everything, say what would be done, write nothing"
    )


@dataclass(frozen=True, kw_only=True)
class DataSettings:
    """Labelled data: column files in one folder."""

    data_dir: str = setting(help="folder of the data files")
    train_filename: str = setting(
        "train.txt", help="labelled sentences", flags=("--train_file_name",)
    )
    dev_filename: str = setting(
        "dev.txt", help="labelled sentences that pick the best epoch; may be missing"
    )
    test_filename: str = setting(
        "test.txt", help="labelled sentences scored once, at the end; may be missing"
    )
    tag_col: int = setting(-1, help="column of the tag; the word is column 0")
    ignore_token: str = setting("", help="lines with this word are dropped, beside -DOCSTART-")
    scheme: str = setting(
        "auto",
        help="how tags mark entities",
        choices=("auto", "IOB1", "IOB2", "IOBES", "BILOU", "plain"),
    )
    labeled_size: int | None = setting(
        None, help="draw N labelled sentences; the rest is unlabelled text", minimum=1
    )
    split_seed: int = setting(0, help="decides which sentences labeled_size draws", minimum=0)
    dev_sample: int = setting(
        1000,
        help="dev sentences that pick the best epoch; 0 takes all; the end scores all of them",
        minimum=0,
    )


@dataclass(frozen=True, kw_only=True)
class UnlabelledSettings:
    """Unlabelled text."""

    unlabeled_filename: str = setting(
        "unlabeled.txt", help="raw text, one sentence or paragraph a line"
    )
    unlabeled_format: str = setting("text", help="text, columns, or a format that a package brings")
    unlabeled_size: int | None = setting(
        None, help="draw at most N unlabelled sentences", minimum=1
    )


@dataclass(frozen=True, kw_only=True)
class MixingSettings:
    """How unlabelled and labelled sentences are mixed."""

    labeled_ratio: float = setting(
        0.5, help="labelled share of each batch; 0 draws in proportion", minimum=0.0, maximum=0.9
    )
    parallel_batching: bool = setting(
        False, help="NLP Architect's flag; every batch is mixed in any case"
    )


@dataclass(frozen=True, kw_only=True)
class StudentSettings:
    """The compact network and its training."""

    tokenizer: str = setting(
        "spacy", help="how raw text is split into words", choices=("spacy", "whitespace")
    )
    language: str = setting("en", help="language of raw text, for the tokenizer")
    model_type: str = setting("cnn-lstm", help="student; `nlp-train students` lists them")
    config_file: str | None = setting(None, help="JSON file of the student's own arguments")
    use_crf: bool = setting(
        True, help="decode with a conditional random field; without, with a softmax"
    )
    max_sentence_length: int = setting(
        250, help="longer sentences are windowed, in words; none is cut", minimum=8
    )
    max_word_length: int | None = setting(None, help="NLP Architect's flag; words are never cut")
    batch_size: int = setting(32, help="sentences a step", flags=("-b",), minimum=1)
    epochs: int = setting(8, help="most passes over the data", flags=("-e",), minimum=1)
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
    lr: float = setting(0.003, help="learning rate", minimum=1e-8)
    ema_decay: float = setting(
        0.0,
        help="of the moving average of weights that is scored and kept; 0 for none",
        minimum=0.0,
        maximum=0.99999,
    )
    lr_schedule: str = setting(
        "linear",
        help="constant, falling to zero, or rising for 5,000 steps and falling slowly afterwards",
        choices=("constant", "linear", "warmup"),
    )
    label_smoothing: float = setting(
        0.0,
        help="share of each gold label given to all labels alike; for a softmax",
        minimum=0.0,
        maximum=0.9,
    )
    max_grad_norm: float = setting(5.0, help="longer gradients are clipped", minimum=1e-8)
    logging_steps: int = setting(50, help="steps between two lines of metrics.jsonl", minimum=1)
    save_steps: int = setting(
        500, help="steps between two checkpoints, beside one an epoch", minimum=1
    )
    best_result_file: str = setting(
        "best_dev.txt", help="file of the best dev scores, in output_dir"
    )
    recipe: str = setting("default", help="set of hyper-parameters", choices=("default", "paper"))


@dataclass(frozen=True, kw_only=True)
class WordSettings:
    """Which words the student knows, and where their vectors come from."""

    vocabulary_limit: int = setting(
        30000, help="most words with vectors of their own; labelled ones always", minimum=1
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
    )
    closed_vocabulary: bool = setting(
        False, help="leave out the encoder's words and word pieces, for words never seen"
    )
    word_dropout: float | None = setting(
        None,
        help="share of words unknown in training; the student's own if not given",
        minimum=0.0,
        maximum=0.9,
    )
    soft_labels_dir: str | None = setting(
        None,
        help="store of the answers of teacher and encoder; output_dir/soft_labels if not given",
    )


@dataclass(frozen=True, kw_only=True)
class DistillationSettings:
    """The teacher and what the student learns from it."""

    teacher: tuple[str, ...] = setting(
        help="Hugging Face model, folder or hub name; several are averaged",
        flags=("--teacher_model_path",),
    )
    teacher_model_type: str | None = setting(
        None, help="NLP Architect's flag; the checkpoint says what it is"
    )
    teacher_max_seq_len: int | None = setting(
        None, help="word pieces a window; the model's own limit if not given", minimum=16
    )
    teacher_learning_rate: float | None = setting(None, help=f"fine-tuning: {RATE}", minimum=1e-8)
    teacher_epochs: int = setting(
        5, help="fine-tuning: passes over the labelled sentences", minimum=1
    )
    teacher_min_steps: int = setting(
        400, help="fine-tuning: fewest steps, however few the sentences", minimum=0
    )
    teacher_batch_size: int = setting(8, help="fine-tuning: sentences a step", minimum=1)
    precision: str = setting(
        "auto",
        help="of the teacher; auto: labels in bf16 if that's faster",
        choices=("auto", "fp32", "bf16"),
    )
    kd_temp: float = setting(2.0, help="temperature T of the distillation loss", minimum=0.01)
    kd_dist_w: float = setting(1.0, help="weight of the distillation loss", minimum=0.0)
    kd_student_w: float = setting(1.0, help="weight of the task loss", minimum=0.0)
    kd_loss_fn: str = setting(
        "kl", help="KL divergence, that of the CRF's marginals, or squared error", choices=LOSSES
    )


@dataclass(frozen=True, kw_only=True)
class FineTuningSettings:
    """Fine-tuning of a transformer by itself."""

    model_name_or_path: str = setting(
        help="Hugging Face model, folder or hub name", flags=("--teacher",)
    )
    model_type: str | None = setting(
        None, help="NLP Architect's flag; the checkpoint says what it is"
    )
    max_seq_length: int | None = setting(
        None, help="word pieces a window; the model's own limit if not given", minimum=16
    )
    do_lower_case: bool = setting(False, help="NLP Architect's flag; the tokenizer knows its case")
    per_gpu_train_batch_size: int = setting(8, help="sentences a step", minimum=1)
    per_gpu_eval_batch_size: int = setting(32, help="sentences at once in evaluation", minimum=1)
    gradient_accumulation_steps: int = setting(1, help="batches a step", minimum=1)
    learning_rate: float | None = setting(None, help=RATE, minimum=1e-8)
    weight_decay: float = setting(0.0, help="weight decay", minimum=0.0)
    adam_epsilon: float = setting(1e-8, help="Adam's epsilon", minimum=0.0)
    max_grad_norm: float = setting(1.0, help="longer gradients are clipped", minimum=1e-8)
    num_train_epochs: int = setting(5, help="passes over the data", minimum=1)
    min_steps: int = setting(400, help="fewest steps, however few the sentences", minimum=0)
    max_steps: int = setting(-1, help="most steps; -1 sets no limit", minimum=-1)
    warmup_steps: int = setting(0, help="steps of warm-up", minimum=0)
    logging_steps: int = setting(50, help="steps between two lines of metrics.jsonl", minimum=1)
    save_steps: int = setting(100, help="NLP Architect's flag; the best epoch is kept")
    best_result_file: str = setting(
        "best_dev.txt", help="file of the best dev scores, in output_dir"
    )
    precision: str = setting(
        "auto",
        help="arithmetic; auto: labels in bf16 if that's faster",
        choices=("auto", "fp32", "bf16"),
    )
