"""The teacher: which one, how it's fine-tuned, and what the student learns from it."""

from __future__ import annotations

from dataclasses import dataclass

from nlp_architect_ext.settings.fields import setting

LOSSES = ("kl", "posterior", "mse")
PRECISIONS = ("auto", "fp32", "bf16")
RATE = "highest learning rate; 5e-5 · 768 / width of the model if not given"


@dataclass(frozen=True, kw_only=True)
class TeacherSettings:
    """The teacher."""

    teacher: tuple[str, ...] = setting(
        help=(
            "Hugging Face model, folder or hub name, a trained tagger, or KIND:ARGUMENT such as "
            "names:people.txt, rules:dates.jsonl; several are joined"
        ),
        flags=("--teacher_model_path",),
        common=True,
    )
    label_map: str | None = setting(
        None, help="JSON file: teachers' labels that are the data's under another name"
    )
    label_descriptions: str | None = setting(
        None, help="JSON file: what labels mean, in words, for teachers that read"
    )


@dataclass(frozen=True, kw_only=True)
class LanguageModelSettings:
    """Teachers that are a language model behind an endpoint."""

    llm_examples: int = setting(8, help="labelled sentences in each request", minimum=0)
    llm_concurrency: int = setting(4, help="requests at once", minimum=1)
    llm_price: tuple[float, ...] = setting(
        (), help="price of a million tokens in, and out, for estimates", spread=True, minimum=0.0
    )


@dataclass(frozen=True, kw_only=True)
class RoundSettings:
    """How often teacher and student learn from one another."""

    rounds: int = setting(
        1,
        help="teachers and students in turn: from the second on, teachers are fine-tuned on the "
        "raw text as well, with the labels of the student before",
        minimum=1,
        maximum=10,
    )


@dataclass(frozen=True, kw_only=True)
class DistillationSettings:
    """What the student learns from the teacher."""

    kd_temp: float = setting(
        2.0, help="temperature T of the distillation loss", minimum=0.01, maximum=1000.0
    )
    kd_dist_w: float = setting(1.0, help="weight of the distillation loss", minimum=0.0)
    kd_student_w: float = setting(1.0, help="weight of the task loss", minimum=0.0)
    kd_loss_fn: str = setting(
        "kl", help="KL divergence, that of the CRF's marginals, or squared error", choices=LOSSES
    )


@dataclass(frozen=True, kw_only=True)
class FineTuningSettings:
    """Fine-tuning of a transformer on the labelled sentences."""

    learning_rate: float | None = setting(None, help=RATE, minimum=1e-8)
    epochs: int = setting(
        5, help="passes over the labelled sentences", flags=("--num_train_epochs",), minimum=1
    )
    min_steps: int = setting(400, help="fewest steps, however few the sentences", minimum=0)
    batch_size: int = setting(
        8, help="sentences a step", flags=("-b", "--per_gpu_train_batch_size"), minimum=1
    )
    max_seq_len: int | None = setting(
        None,
        help="word pieces a window; the model's own limit if not given",
        flags=("--max_seq_length",),
        minimum=16,
    )
    precision: str = setting(
        "auto",
        help="arithmetic of the transformer; auto: labels in bf16 if that's faster",
        choices=PRECISIONS,
        prefixed=False,
    )


@dataclass(frozen=True, kw_only=True)
class TrainerSettings:
    """Further settings of a transformer's fine-tuning."""

    model_name_or_path: str = setting(
        help="Hugging Face model, folder or hub name", flags=("--teacher",), common=True
    )
    per_gpu_eval_batch_size: int = setting(32, help="sentences at once in evaluation", minimum=1)
    gradient_accumulation_steps: int = setting(1, help="batches a step", minimum=1)
    weight_decay: float = setting(0.0, help="weight decay", minimum=0.0)
    adam_epsilon: float = setting(1e-8, help="Adam's epsilon", minimum=0.0)
    max_grad_norm: float = setting(1.0, help="longer gradients are clipped", minimum=1e-8)
    max_steps: int = setting(-1, help="most steps; -1 sets no limit", minimum=-1)
    warmup_steps: int = setting(0, help="steps of warm-up", minimum=0)
    logging_steps: int = setting(50, help="steps between two lines of metrics.jsonl", minimum=1)
