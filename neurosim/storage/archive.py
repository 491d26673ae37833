"""Archive files: a zip of ``.npy`` members and one JSON header, replaced in one step once they are complete."""

from __future__ import annotations

import contextlib
import errno
import json
import math
import os
import zipfile
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from os import PathLike
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy

from neurosim.errors import NeurosimError, StorageError
from neurosim.interruptions import delay_interrupts
from neurosim.renaming import patiently, rename
from neurosim.results.leftovers import hidden_name, leftovers
from neurosim.validation import file_path, require_memory

__all__ = ["HEADER", "Archive", "open_archive", "replace_file", "write_archive"]

HEADER = "header.json"

SMALL = 10_000_000
"""Bytes that any member may unpack to."""
SWELLING = 100
"""Factor by which a larger member may grow; `write_archive` does not compress, but whoever passes files on may."""

_REMEDIES = {
    errno.ENOSPC: "free some space and save again",
    errno.EDQUOT: "free some space and save again",
    errno.EFBIG: "save to a disk that takes files of this size",
    errno.ENOENT: "make the folder first",
    errno.ENOTDIR: "name a file inside a folder",
    errno.EISDIR: "name a file inside that folder",
}
_BEGINNINGS = {
    b"\x93NUMPY": "is a single NumPy array; read it with numpy.load",
    b"\x89HDF": "is an HDF5 file, not one of neurosim",
    b"MATLAB": "is a MATLAB file; read it with scipy.io.loadmat",
    b"PK": "is damaged or was cut short; take another copy",
}


def write_archive(
    path: str | PathLike[str], header: Mapping[str, Any], arrays: Mapping[str, np.ndarray]
) -> None:
    """Write a header and arrays by name; an existing file is replaced once the new one is complete."""
    with replace_file(path) as file:
        _write_members(file, header, arrays)


@contextlib.contextmanager
def replace_file(path: str | PathLike[str]) -> Iterator[IO[bytes]]:
    """Open a temporary file that replaces an existing one if the block succeeds, and is deleted if it fails.

    Those that killed processes left for the same path are deleted too.
    """
    # a symbolic link stays a link
    target = Path(os.path.realpath(file_path("path", path)))
    partial = hidden_name(target, "partial")
    # what cannot be deleted must not keep anything from being saved
    with contextlib.suppress(OSError):
        for leftover in leftovers(target, "partial"):
            leftover.unlink()
    try:
        with open(partial, "xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        rename(partial, target)
    except BaseException as error:
        with contextlib.suppress(OSError):
            partial.unlink()
        if isinstance(error, OSError):
            remedy = _REMEDIES.get(error.errno or 0, "choose a place that you may write to")
            raise StorageError(f"{path} cannot be written ({error.strerror}); {remedy}.") from error
        raise


def _write_members(file: IO[bytes], header: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> None:
    text = json.dumps(header, indent=1, allow_nan=False, ensure_ascii=False)
    with zipfile.ZipFile(file, "w") as archive:
        # ZipInfo has a fixed date, so that equal contents give equal files
        with _member(archive, HEADER) as member:
            member.write(text.encode("utf-8"))
        for name, array in arrays.items():
            with _member(archive, f"{name}.npy") as member:
                npy.write_array(member, array, allow_pickle=False)


@contextlib.contextmanager
def _member(archive: zipfile.ZipFile, name: str) -> Iterator[IO[bytes]]:
    # zipfile answers an interrupt at the edges of a member with an error of its own
    with delay_interrupts(), archive.open(zipfile.ZipInfo(name), "w", force_zip64=True) as member:
        yield member


class Archive:
    """Archive that is open for reading: its header, and its arrays by name.

    Parameters
    ----------
    path : str
        Path for error messages.
    members : ZipFile
    """

    def __init__(self, path: str, members: zipfile.ZipFile) -> None:
        self.path = path
        self._members = members

    def damage(self, reason: str) -> StorageError:
        """Error for a file that cannot be read, with the reason."""
        return StorageError(f"{self.path} is damaged: {reason}. Take another copy, or write it again.")

    def header(self) -> dict[str, Any]:
        """Header as plain data."""
        if HEADER not in self._members.namelist():
            raise StorageError(
                f"{self.path} was not written by neurosim (it has no {HEADER}); read it with numpy.load, and "
                f"give weights to ns.Explicit."
            )
        with self._member(HEADER) as member:
            header = json.loads(member.read().decode("utf-8"))
        if not isinstance(header, dict):
            raise self.damage(f"{HEADER} is not a mapping")
        return header

    def array(self, name: str) -> np.ndarray:
        """One array, in its own dtype."""
        with self._member(f"{name}.npy") as member:
            size = self._members.getinfo(f"{name}.npy").file_size
            version = npy.read_magic(member)
            read_header = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
            shape, _, dtype = read_header(member)
            if dtype.hasobject:
                raise StorageError(
                    f"{self.path} holds pickled objects in {name}, which could run any code; they are not "
                    f"read. Save arrays of numbers."
                )
            # checked before memory is allocated for the shape
            if member.tell() + math.prod(shape) * dtype.itemsize != size:
                raise self.damage(f"{name} does not have the size that its header says")
        with self._member(f"{name}.npy") as member:
            array = npy.read_array(member, allow_pickle=False)
            member.read()  # reaching the end verifies the checksum
        return array

    @contextlib.contextmanager
    def _member(self, name: str) -> Iterator[Any]:
        """Open a member; any failure while it is parsed means that the file is damaged."""
        try:
            member_info = self._members.getinfo(name)
            size = member_info.file_size
            if size > max(SMALL, SWELLING * member_info.compress_size):
                raise self.damage(f"{name} would swell from {member_info.compress_size} to {size} bytes")
            require_memory(size, f"{name} of {self.path}", "Load it on a larger machine.")
            with self._members.open(name) as member:
                yield member
        except NeurosimError:
            raise
        except KeyError:
            raise self.damage(f"it has no member {name}") from None
        except Exception as error:
            raise self.damage(f"{name} cannot be read ({error})") from error


@contextlib.contextmanager
def open_archive(path: str | PathLike[str]) -> Iterator[Archive]:
    """Open an archive for reading; the error for another file says what it is."""
    place = file_path("path", path)
    try:
        members = patiently(lambda: zipfile.ZipFile(place))
    except FileNotFoundError as error:
        raise StorageError(f"{path} not found; {_alternative(place)}.") from error
    except OSError as error:
        raise StorageError(
            f"{path} cannot be read ({error.strerror}); give a file that save wrote."
        ) from error
    except Exception as error:
        # zipfile raises several kinds of exceptions when the directory of the archive is damaged
        raise StorageError(f"{path} {_recognize(place)}.") from error
    with members:
        yield Archive(str(path), members)


def _alternative(path: Path) -> str:
    folder = path.parent
    if not folder.is_dir():
        return f"there is no folder {folder}"
    close = get_close_matches(path.name, [file.name for file in folder.iterdir() if file.is_file()], n=1)
    return f"did you mean {str(folder / close[0])!r}?" if close else "check the name"


def _recognize(path: Path) -> str:
    with open(path, "rb") as file:
        beginning = file.read(8)
    if not beginning:
        return "is empty; write it again"
    for known, what in _BEGINNINGS.items():
        if beginning.startswith(known):
            return what
    return "is not a neurosim file; give one that save wrote"
