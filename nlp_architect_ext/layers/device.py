"""Where a run computes: device and threads, decided once at its start; and in which arithmetic."""

from __future__ import annotations

import torch

from nlp_architect_ext.core.errors import UserError


def prepare(device: str, no_cuda: bool, threads: int | None) -> torch.device:
    """The device of a run; sets the number of threads, on which the last bits of a result depend.

    Args:
        device: "auto" (a GPU if there is one), "cpu", "cuda", "cuda:1", ...
        no_cuda: the same as "cpu".
        threads: processor threads; torch's own choice if None.

    Raises:
        UserError: the device isn't there.
    """
    if threads is not None:
        torch.set_num_threads(threads)
    if no_cuda or device == "cpu":
        return torch.device("cpu")
    if device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        chosen = torch.device(device)
        torch.zeros(1, device=chosen).item()  # fails on "meta", whose tensors have no numbers
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        raise UserError(
            where="device",
            wrong=f"{device!r} can't be used ({reason})",
            expected="cpu, cuda, cuda:N or auto",
            remedy="choose another",
        ) from error
    return chosen


def has_fast_bf16(device: torch.device) -> bool:
    """Whether matrix products are faster in bfloat16: on recent GPUs and processors with AMX.

    They are on GPUs of the last years, and on processors with AMX. With AVX-512's bfloat16 alone a
    BERT takes 1.6 times as long as in float32, for all that is converted.
    """
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    # Older versions of torch don't have it.
    known: dict[str, bool | int | str] = getattr(torch.cpu, "get_capabilities", dict)()
    return device.type == "cpu" and bool(known.get("amx_bf16", False))
