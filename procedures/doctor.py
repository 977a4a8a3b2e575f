"""`nlp-train doctor`: what a run would find on this machine; paste it into a bug report."""

import os
import platform
import sys
from argparse import ArgumentParser, Namespace
from importlib.metadata import PackageNotFoundError, version

from nlp_architect_ext.core import registry
from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.procedure import Procedure, register_train_cmd

PACKAGES = (
    "nlp-architect-ext",
    "torch",
    "transformers",
    "tokenizers",
    "accelerate",
    "safetensors",
    "pytorch-crf",
    "seqeval",
    "numpy",
    "spacy",
    "huggingface-hub",
)
GROUPS = (registry.TRAIN, registry.INFERENCE, registry.STUDENTS, registry.FORMATS)


@register_train_cmd(
    name="doctor", description="show versions, threads, device, offline state and plugins"
)
class Doctor(Procedure):
    """A look at the installation."""

    @staticmethod
    def add_arguments(parser: ArgumentParser) -> None:
        """No flags."""

    @staticmethod
    def run_procedure(args: Namespace) -> None:
        """Print what was found, one fact a line."""
        import torch
        from huggingface_hub import constants

        facts = {"Python": platform.python_version(), "system": platform.platform()}
        facts |= {package: _version(package) for package in PACKAGES}
        facts["processor"] = (
            f"{os.cpu_count()} cores, {torch.get_num_threads()} threads used by torch"
        )
        facts["GPU"] = torch.cuda.get_device_name() if torch.cuda.is_available() else "none"
        facts["hub"] = (
            "offline (HF_HUB_OFFLINE)" if constants.HF_HUB_OFFLINE else constants.ENDPOINT
        )
        facts["hub cache"] = constants.HF_HUB_CACHE
        for group in GROUPS:
            facts[group.rpartition(".")[2]] = ", ".join(
                _state(group, name) for name in registry.names(group)
            )
        width = max(map(len, facts))
        sys.stdout.write("".join(f"{name:<{width}}  {fact}\n" for name, fact in facts.items()))


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _state(group: str, name: str) -> str:
    """The name of a plugin, with the reason if it's broken."""
    try:
        registry.load(group, name)
    except UserError as error:
        return f"{name} (broken: {error})"
    return name
