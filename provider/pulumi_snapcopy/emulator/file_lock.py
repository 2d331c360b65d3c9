"""A lock file, which one process at a time can hold; on Windows, which has no ``fcntl``, any number can."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

if sys.platform != "win32":
    import fcntl


class FileLock:
    """A lock that the system releases when the process ends, however that is."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    def acquire(self) -> None:
        """Acquire the lock.

        Raises:
            BlockingIOError: if another process has it.
            OSError: if the file can't be made.
        """
        if sys.platform == "win32":
            return
        while self._file is None:
            file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(file)
                raise
            except OSError:
                pass  # a file system without locks
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(file), self._path.stat()):
                    self._file = file
                    return
            os.close(file)  # its owner has removed it meanwhile

    def release(self) -> None:
        """Release the lock and remove its file."""
        if self._file is not None:
            self._path.unlink(missing_ok=True)
            os.close(self._file)
            self._file = None
