"""What `--recipe` sets: defaults by measurement, and what the papers say."""

from __future__ import annotations

from typing import Any

# What the paper's students are, where ours have learnt something since; --config_file is stronger.
PAPER_STUDENTS: dict[str, dict[str, Any]] = {"cnn-lstm": {"dropout": 0.5, "input_skip": False}}
CVT_STUDENTS: dict[str, dict[str, Any]] = {
    "cnn-lstm": {"dropout": 0.5, "input_skip": False, "head_width": 100}
}

# What the paper says (Izsak et al. 2019, section 4); it gives neither temperature nor weights, so
# they are 1.
RECIPES: dict[str, dict[str, object]] = {
    "default": {},
    "paper": {
        "batch_size": 32,
        "epochs": 20,
        "min_epoch_steps": 1,
        "max_epoch_steps": 1_000_000,
        "patience": 0,
        "lr": 0.001,
        "lr_schedule": "constant",
        "word_dropout": 0.0,
        "fit_outside_bias": False,
        "use_crf": False,
        "word_encoder": "none",
        "labeled_ratio": 0.0,
        "teacher_learning_rate": 5e-5,
        "teacher_epochs": 5,
        "teacher_min_steps": 0,
        "kd_temp": 1.0,
        "kd_dist_w": 1.0,
        "kd_student_w": 1.0,
        "kd_loss_fn": "kl",
    },
}

# What Clark et al. (2018) say, section 4 and appendix A; their networks are five to ten times as
# wide.
CVT_RECIPES: dict[str, dict[str, object]] = {
    "default": {},
    "paper": {
        "use_crf": False,
        "word_dropout": 0.0,
        "batch_size": 64,
        "optimizer": "sgd",
        "lr": 0.5,
        "lr_schedule": "warmup",
        "max_grad_norm": 1.0,
        "ema_decay": 0.998,
        "label_smoothing": 0.1,
        "unlabeled_dropout": 0.2,
        "empty_raw_words": False,
        "fit_outside_bias": False,
        "view_ramp": 0.0,
        "epochs": 40,
        "patience": 0,
    },
}
