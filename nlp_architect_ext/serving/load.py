"""`load`: the tagger that a folder offers, in the native kernel, ONNX Runtime or torch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.hub import looks_like_name
from nlp_architect_ext.core.manifest import read_verified
from nlp_architect_ext.core.progress import say
from nlp_architect_ext.runtime.engines import NATIVE, ONNX, engines, has_onnx_runtime
from nlp_architect_ext.runtime.folder import export_of, inner_export, is_export
from nlp_architect_ext.runtime.native.availability import kernel_path, native_obstacle
from nlp_architect_ext.runtime.text_tagger import TextTagger

Engine = Literal["native", "onnx", "torch"]
ENGINES = ("auto", "native", "onnx", "torch")
NAMES = {"native": f"the {NATIVE.name}", "onnx": ONNX.name, "torch": "torch"}
NO_KERNEL = "not in the native kernel:"
SLOWER = "the native kernel has no instructions for this processor, where it's slower"
STALE = "was made from an earlier model and isn't used; call nlp-train export again"
NO_RUNTIME = "isn't used without onnxruntime; call pip install 'nlp-architect-ext[onnx]'"


def load(
    folder: str | Path, *, device: str = "auto", threads: int | None = None, engine: str = "auto"
) -> TextTagger:
    """The tagger of a folder; one line says what runs it, and so does `tagger.engine`.

    >>> tagger = load("out/")
    >>> tagger("Ada Lovelace moved to London.")
    [Entity(entity_group='PER', score=0.98, word='Ada Lovelace', start=0, end=12), ...]

    Args:
        folder: what `nlp-train` wrote: a model, with an export or without, or an export.
        device: "cpu", "cuda", "cuda:1", ...; "auto" is a CPU for an export, else a GPU if there is
            one.
        threads: processor threads; if None, one for an export, and torch's own choice for a model.
        engine: "native" and "onnx" run an export, "torch" the model; "auto" the export where there
            is one of just this model and it can be run, in the native kernel if that can, else in
            ONNX Runtime; else the model.

    Raises:
        UserError: the folder holds no tagger, or a damaged one, or one that can't be run so.
    """
    choice = choose(folder, device=device, engine=engine)
    tagger = choice.open(threads)
    tagger.folder = Path(folder)
    say(str(choice))
    return tagger


@dataclass(frozen=True)
class Choice:
    """What runs a folder.

    Args:
        engine: of the tagger.
        folder: the folder of the model, or of its export.
        device: where torch computes; an export is always on a CPU.
        remark: why nothing faster is used that might be there, or nothing.
    """

    engine: Engine
    folder: Path
    device: str
    remark: str = ""

    def open(self, threads: int | None) -> TextTagger:
        """Load the tagger.

        Raises:
            UserError: it's damaged, or what it needs isn't installed.
        """
        if self.engine == "torch":
            return _open_in_torch(self.folder, self.device, threads)
        engine = NATIVE if self.engine == "native" else ONNX
        tagger: TextTagger = engine.load(self.folder, threads or 1)
        return tagger

    def __str__(self) -> str:
        name = {"native": "the native kernel", "onnx": "ONNX Runtime", "torch": "torch"}[
            self.engine
        ]
        if self.engine == "native":
            name += f" ({kernel_path()})"
        return f"{self.folder} runs in {name}" + (f"; {self.remark}" if self.remark else "")


def choose(folder: str | Path, *, device: str, engine: str) -> Choice:
    """What runs a folder; nothing is loaded yet. Arguments as `load`'s.

    Raises:
        UserError: nothing can run it as asked.
    """
    model = Path(folder)
    if engine not in ENGINES:
        raise UserError(
            where=f"engine {engine!r}",
            wrong="unknown",
            expected=f"one of {', '.join(ENGINES)}",
            remedy="choose one",
        )
    if not model.exists() and looks_like_name(str(folder)):
        raise _maybe_of_hub(str(folder))
    read_verified(model, [])  # refuses at once what no command wrote
    is_alone = is_export(model)  # without the model that it was made from
    if engine == "torch":
        if is_alone:
            raise _only_an_export(model)
        return Choice("torch", model, device)
    is_on_cpu = device in ("auto", "cpu")
    if engine != "auto" or is_alone:
        if not is_on_cpu:
            raise _needs_cpu(model, device)
        fresh = _fresh_export(model)
        return Choice("onnx", fresh, device) if engine == "onnx" else _native(fresh, device, engine)
    inside = inner_export(model)
    if not is_on_cpu or inside is None:
        return Choice("torch", model, device)
    export = export_of(model)
    if export is None:
        return Choice("torch", model, device, f"{inside} {STALE}")
    choice = _native(export, device, engine)
    if choice.engine == "onnx" and not has_onnx_runtime():
        return Choice("torch", model, device, f"{export} {NO_RUNTIME}; {choice.remark}")
    return choice


def _native(export: Path, device: str, engine: str) -> Choice:
    """The native kernel where it can run an export, else ONNX Runtime.

    Raises:
        UserError: just the kernel is asked for, and it can't.
    """
    obstacle = native_obstacle(export)
    if obstacle and engine == "native":
        raise UserError(
            where=str(export),
            wrong=f"the native kernel can't run it: {obstacle}",
            expected="what it can run",
            remedy="take the engine auto or onnx; nlp-train doctor says more",
        )
    if engine == "native" or engines(export)[:1] == (NATIVE,):
        return Choice("native", export, device)
    return Choice("onnx", export, device, f"{NO_KERNEL} {obstacle}" if obstacle else SLOWER)


def _maybe_of_hub(name: str) -> UserError:
    return UserError(
        where=name,
        wrong="no such folder",
        expected="a model folder",
        remedy=(
            f'check the path; for a model on the Hugging Face hub call from_pretrained("{name}"), '
            f"or nlp-train pull --repo_id {name}"
        ),
    )


def _fresh_export(model: Path) -> Path:
    export = export_of(model)
    if export is not None:
        return export
    inside = inner_export(model)
    raise UserError(
        where=str(inside or model),
        wrong="was made from an earlier model" if inside else "has no export",
        expected="an export of just this model",
        remedy=f"call nlp-train export --model_dir {model}, or take the engine torch",
    )


def _open_in_torch(folder: Path, device: str, threads: int | None) -> TextTagger:
    try:
        from nlp_architect_ext.layers import device as hardware
        from nlp_architect_ext.taggers.neural import NeuralTagger
    except ModuleNotFoundError as error:
        raise UserError(
            where=str(folder),
            wrong=f"can't be run: {error.name} isn't installed",
            expected="torch for a model, or the native kernel or onnxruntime for its export",
            remedy="call pip install torch, or pip install 'nlp-architect-ext[onnx]'",
        ) from error
    return NeuralTagger.load(folder, hardware.prepare(device, False, threads))


def _only_an_export(folder: Path) -> UserError:
    return UserError(
        where=str(folder),
        wrong="an export, which torch can't run",
        expected="the folder of a model",
        remedy="name the folder that it was made from, or take the engine auto",
    )


def _needs_cpu(folder: Path, device: str) -> UserError:
    return UserError(
        where=str(folder),
        wrong=f"an export can't run on {device}",
        expected="the device cpu or auto",
        remedy="take it, or the engine torch with the folder of the model",
    )
