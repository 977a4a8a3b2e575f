"""Where a Hugging Face dataset is: a folder of `save_to_disk`, a Parquet file, or the hub."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.data.formats.hub_names import hub_name, is_on_hub

if TYPE_CHECKING:
    from datasets import Dataset

STATE, SPLITS = "state.json", "dataset_dict.json"  # files of a saved dataset, of one with splits
PARQUET, PARQUET_MAGIC = ".parquet", b"PAR1"
ARROW_END = b"\xff\xff\xff\xff\x00\x00\x00\x00"  # closes a stream of Arrow; without, it's cut


def library() -> Any:
    """The package datasets.

    Raises:
        UserError: it isn't installed.
    """
    try:
        import datasets
    except ImportError as error:
        raise UserError(
            where="format 'datasets'",
            wrong=f"can't be read or written ({error})",
            expected="the package datasets",
            remedy="call pip install 'nlp-architect-ext[datasets]'",
        ) from error
    return datasets


def open_dataset(path: Path) -> Dataset:
    """The dataset at a path, or on the hub where the path is the name of one there.

    Raises:
        UserError: it isn't there, isn't whole, or has several splits and none is named.
    """
    if is_on_hub(path):
        return _of_hub(path)
    if path.is_dir():
        return _of_folder(path)
    return _opened(str(path), lambda: _of_parquet(path))


def _opened(where: str, read: Callable[[], Any]) -> Any:
    try:
        return read()
    except UserError:
        raise
    except Exception as error:  # datasets and Arrow raise dozens of kinds
        raise damaged(where, error) from error


def damaged(where: str, error: Exception) -> UserError:
    """What is said of data that can't be read."""
    first_line = str(error).strip().partition("\n")[0]
    return UserError(
        where=where,
        wrong=f"can't be read ({first_line[:200] or type(error).__name__})",
        expected="a folder of save_to_disk, a Parquet file, or hf://user/name#split",
        remedy="correct the name, or save the dataset again",
    )


def _of_parquet(path: Path) -> Dataset:
    datasets = library()
    import pyarrow.parquet

    table = pyarrow.parquet.ParquetFile(path).read()
    table.validate(full=True)
    return datasets.Dataset(datasets.table.InMemoryTable(table))


def _of_folder(path: Path) -> Dataset:
    if (path / SPLITS).is_file():
        raise UserError(
            where=str(path),
            wrong="several splits",
            expected=f"one, such as {path / 'train'}",
            remedy="name the folder of the split",
        )
    return _opened(str(path), lambda: _loaded(path))


def _loaded(path: Path) -> Dataset:
    datasets = library()
    for part in sorted(path.glob("*.arrow")):
        _check_end(part)
    dataset = datasets.load_from_disk(str(path))
    # What is mapped into memory isn't looked at by Arrow: a wrong offset would be followed.
    dataset.data.table.validate(full=True)
    return dataset


def _check_end(path: Path) -> None:
    with path.open("rb") as stream:
        stream.seek(-min(len(ARROW_END), path.stat().st_size), 2)
        if stream.read() != ARROW_END:
            raise ValueError(f"{path.name} is cut")


def _of_hub(path: Path) -> Dataset:
    name, _, split = hub_name(path).removeprefix("hf://").removeprefix("datasets/").partition("#")
    user, _, rest = name.partition("/")
    dataset, _, config = rest.partition("/")
    if not (user and dataset):
        raise damaged(hub_name(path), ValueError("no name of a user and of a dataset"))
    found = _opened(
        hub_name(path),
        lambda: library().load_dataset(f"{user}/{dataset}", config or None, split=split or None),
    )
    return found if split else _only_split(found, hub_name(path))


def _only_split(splits: Any, name: str) -> Dataset:
    if len(splits) != 1:
        raise UserError(
            where=name,
            wrong="no split is named",
            expected=f"one of: {', '.join(splits)}",
            remedy=f"write {name}#{next(iter(splits), 'train')}",
        )
    return next(iter(splits.values()))
