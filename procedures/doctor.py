"""`nlp-train doctor`: what a run would find on this machine; paste it into a bug report."""

import os
import platform
from argparse import ArgumentParser, Namespace
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

from nlp_architect_ext.core import registry
from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.standard_output import standard_output
from nlp_architect_ext.procedure import Procedure, register_train_cmd
from nlp_architect_ext.runtime.native.availability import kernel_path, missing_kernel

# Packages by the module that each of them brings.
PACKAGES = {
    "nlp_architect_ext": "nlp-architect-ext",
    "numpy": "numpy",
    "onnxruntime": "onnxruntime",
    "tqdm": "tqdm",
    "torch": "torch",
    "transformers": "transformers",
    "tokenizers": "tokenizers",
    "accelerate": "accelerate",
    "safetensors": "safetensors",
    "torchcrf": "pytorch-crf",
    "seqeval": "seqeval",
    "matplotlib": "matplotlib",
    "onnx": "onnx",
    "spacy": "spacy",
    "huggingface_hub": "huggingface-hub",
}
NETWORKS = ("numpy", "torch", "torchcrf", "safetensors", "onnx")
TEACHERS = (*NETWORKS, "transformers", "tokenizers", "accelerate", "huggingface_hub")
# What can be done, and the modules without which it can't.
ABILITIES = {
    "train, fine-tune": (*TEACHERS, "seqeval", "matplotlib"),
    "export": (*NETWORKS, "onnxruntime", "seqeval"),
    "tag with a model": NETWORKS,
    "tag with a transformer": TEACHERS,
    "score (--evaluate)": ("seqeval",),
    "split text by spaCy": ("spacy",),  # an export has the rules of most languages in itself
}
GROUPS = (registry.TRAIN, registry.INFERENCE, registry.STUDENTS, registry.FORMATS)


@register_train_cmd(
    name="doctor", description="show versions, what works, threads, device and plugins"
)
class Doctor(Procedure):
    """A look at the installation."""

    @staticmethod
    def add_arguments(parser: ArgumentParser) -> None:
        """No flags."""

    @staticmethod
    def run_procedure(args: Namespace) -> None:
        """Print what was found, one fact a line; nothing has to be installed for that."""
        facts = {"Python": platform.python_version(), "system": platform.platform()}
        facts |= {package: _version(module) for module, package in PACKAGES.items()}
        facts |= {ability: _verdict(modules) for ability, modules in ABILITIES.items()}
        facts |= {"tag with an export": _engine()} | _hardware() | _hub()
        for group in GROUPS:
            states = [_state(group, name) for name in registry.names(group)]
            facts[group.rpartition(".")[2]] = ", ".join(states)
        width = max(map(len, facts))
        standard_output().write(
            "".join(f"{name:<{width}}  {fact}\n" for name, fact in facts.items())
        )


def _is_installed(module: str) -> bool:
    return find_spec(module) is not None


def _version(module: str) -> str:
    if not _is_installed(module):
        return "not installed"
    try:
        return version(PACKAGES[module])
    except PackageNotFoundError:
        return "of an unknown version"


def _verdict(modules: tuple[str, ...]) -> str:
    """Whether everything is there for it."""
    missing = [PACKAGES[module] for module in modules if not _is_installed(module)]
    return f"no: needs {', '.join(missing)}" if missing else "yes"


def _engine() -> str:
    """What runs exports here, and why not the fastest."""
    missing = missing_kernel()
    if not missing:
        try:
            return f"yes, in the native kernel ({kernel_path()})"
        except ValueError as error:  # another is forced than the processor has
            missing = str(error)
    others = _verdict(("numpy", "onnxruntime"))
    found = "yes, in ONNX Runtime" if others == "yes" else others
    return f"{found}; not in the native kernel: {missing}"


def _hardware() -> dict[str, str]:
    """Processor and GPU, as torch sees them if it can be asked."""
    cores = f"{os.cpu_count()} cores"
    if not _is_installed("torch"):
        return {"processor": cores}
    try:
        import torch
    except (ImportError, OSError) as error:  # a library that it needs is missing or too old
        return {"processor": cores, "torch": f"fails to import ({error})"}
    gpu = torch.cuda.get_device_name() if torch.cuda.is_available() else "none"
    return {"processor": f"{cores}, {torch.get_num_threads()} threads used by torch", "GPU": gpu}


def _hub() -> dict[str, str]:
    """Where models would come from."""
    if not _is_installed("huggingface_hub"):
        return {}
    from huggingface_hub import constants

    place = "offline (HF_HUB_OFFLINE)" if constants.HF_HUB_OFFLINE else constants.ENDPOINT
    return {"hub": place, "hub cache": constants.HF_HUB_CACHE}


def _state(group: str, name: str) -> str:
    """The name of a plugin, with the reason if it can't be used."""
    try:
        registry.load(group, name)
    except UserError as error:
        missing = error.__cause__
        if isinstance(missing, ModuleNotFoundError) and missing.name in PACKAGES:
            return f"{name} (needs {PACKAGES[missing.name]})"
        return f"{name} (broken: {error})"
    return name
