"""Transformers' Trainer, set up for a teacher."""

from __future__ import annotations

from pathlib import Path

import torch
import transformers

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.encoders.guard import quiet
from nlp_architect_ext.teachers.best_epoch import BestEpoch
from nlp_architect_ext.teachers.examples import Example, collate
from nlp_architect_ext.teachers.fine_tuning_settings import BASE_WIDTH, FineTuning
from nlp_architect_ext.teachers.transformer import TransformerTokenClassifier


def train_model(
    teacher: TransformerTokenClassifier,
    examples: list[Example],
    settings: FineTuning,
    best_epoch: BestEpoch,
    folder: Path,
) -> int:
    """Train the teacher's model.

    Args:
        teacher: whose model is trained in place; it's left as the last epoch made it.
        examples: what it learns from.
        settings: how.
        best_epoch: is told of every step and epoch.
        folder: where Trainer may write; it doesn't.

    Returns:
        The floating-point operations: six for each piece and weight.
    """
    with quiet():
        arguments = _arguments(settings, teacher.model, best_epoch.epochs, folder)
        trainer = transformers.Trainer(
            model=teacher.model,
            args=arguments,
            train_dataset=examples,
            callbacks=[best_epoch],
            data_collator=lambda batch: collate(teacher, batch),
        )
        trainer.remove_callback(transformers.trainer_callback.PrinterCallback)
        trainer.train()
    return int(trainer.state.total_flos)


def learning_rate(settings: FineTuning, model: transformers.PreTrainedModel) -> float:
    """The highest learning rate for this model."""
    return settings.rate(getattr(model.config, "hidden_size", BASE_WIDTH))


def check_device(device: str | torch.device) -> None:
    """Refuse another card than the first: Trainer takes the first one that it sees.

    Raises:
        UserError: it's another.
    """
    index = torch.device(device).index
    if index:
        raise UserError(
            where=f"device {device}",
            wrong="fine-tuning runs on the first card only",
            expected="cuda",
            remedy=f"set CUDA_VISIBLE_DEVICES={index} and ask for cuda",
        )


def check_finite(model: torch.nn.Module, name: str) -> None:
    """Refuse weights that are NaN or infinite.

    Raises:
        UserError: one is.
    """
    if not all(bool(torch.isfinite(tensor).all()) for tensor in model.state_dict().values()):
        raise UserError(
            where=name,
            wrong="fine-tuning diverged",
            expected="finite weights",
            remedy="give a lower learning rate, or precision fp32",
        )


def _arguments(
    settings: FineTuning, model: transformers.PreTrainedModel, epochs: int, folder: Path
) -> transformers.TrainingArguments:
    on_cpu = torch.device(settings.device).type == "cpu"
    arguments = transformers.TrainingArguments(
        output_dir=str(folder),
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
        remove_unused_columns=False,
        logging_strategy="steps",
        logging_steps=1,
        logging_nan_inf_filter=False,
        log_level="error",
        per_device_train_batch_size=settings.batch_size,
        gradient_accumulation_steps=settings.gradient_accumulation_steps,
        num_train_epochs=epochs,
        max_steps=settings.max_steps,
        learning_rate=learning_rate(settings, model),
        warmup_steps=settings.warmup,
        weight_decay=settings.weight_decay,
        max_grad_norm=settings.max_grad_norm,
        adam_epsilon=settings.adam_epsilon,
        seed=settings.seed,
        data_seed=settings.seed,
        use_cpu=on_cpu,
        bf16=settings.precision == "bf16",
        dataloader_pin_memory=not on_cpu,
    )
    if arguments.n_gpu > 1:
        # Else the batch would grow with the number of cards, and results with it.
        arguments._n_gpu = 1
    return arguments
