"""Where a run writes, where it computes, how it behaves."""

from __future__ import annotations

from dataclasses import dataclass

from nlp_architect_ext.settings.fields import setting

TRACKERS = ("none", "tensorboard", "wandb", "mlflow")


@dataclass(frozen=True, kw_only=True)
class RunSettings:
    """The result folder and how a run behaves."""

    output_dir: str = setting(help="folder for the result; new or empty", common=True)
    overwrite_output_dir: bool = setting(
        False, help="replace the earlier run in output_dir", common=True
    )
    resume: bool = setting(
        False, help="continue the run in output_dir, or start it if there is none", common=True
    )
    dry_run: bool = setting(
        False, help="read and check everything, say what would be done, write nothing", common=True
    )
    seed: int = setting(42, help="decides every random draw", minimum=0, maximum=2**31 - 1)
    best_result_file: str = setting(
        "best_dev.txt", help="file of the best dev scores, in output_dir"
    )
    report_to: str = setting(
        "none", help="experiment tracker that gets the numbers too", choices=TRACKERS
    )


@dataclass(frozen=True, kw_only=True)
class DeviceSettings:
    """Where it computes."""

    device: str = setting("auto", help="cpu, cuda, cuda:1, ... or auto", common=True)
    no_cuda: bool = setting(False, help="the same as --device cpu")
    threads: int | None = setting(
        None, help="processor threads; all cores if not given", minimum=1, maximum=1024
    )
