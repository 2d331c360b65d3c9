"""The state as a JSON file: a restart in the middle of copies loses nothing. The file holds no credentials."""

from __future__ import annotations

import json
import os
from pathlib import Path
from threading import Lock
from typing import Any

from .blocks import CLOUDS
from .file_lock import FileLock
from .lightsail.models import all_backends, lightsail_backends
from .lightsail.resources import operation_from_json, resource_from_json, to_json
from .shared import SHARED, account_id

_FORMAT = 1


class StateFileError(ValueError):
    """The state file can't be used; the message says what to do."""


class StateFile:
    """Keeps the state of all accounts and regions in one file, which is rewritten at each change."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self._writing = Lock()
        self._written = -1
        self._lock = FileLock(self.path.with_name(f"{self.path.name}.lock"))

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> StateFile:
        """Load the state in a file, and keep other processes from it; a missing file is an empty state.

        Raises:
            StateFileError: if the file isn't a state file, can't be read or written, or is another emulator's.
        """
        file = cls(path)
        try:
            file.path.parent.mkdir(parents=True, exist_ok=True)
            file._lock.acquire()
            file._read()
            file.save(SHARED.version)
        except BlockingIOError as error:
            raise StateFileError(
                f"the state file {file.path} is another running emulator's; stop that one, or give each a file of its own"
            ) from error
        except OSError as error:
            file.close()
            raise StateFileError(
                f"the state file {file.path} can't be written: {error.strerror}; give another one"
            ) from error
        except StateFileError:
            file.close()
            raise
        return file

    def save(self, version: int) -> None:
        """Return once the state of this version is on disk; concurrent changes are written together."""
        with self._writing:
            if self._written >= version:
                return
            with SHARED.lock:
                current, text = SHARED.version, _dump()
            temporary = self.path.with_name(f"{self.path.name}.{os.getpid()}.tmp")
            temporary.write_text(text, encoding="utf-8")
            temporary.replace(self.path)
            self._written = current

    def close(self) -> None:
        """Leave the file to other processes."""
        with self._writing:
            self._lock.release()

    def _read(self) -> None:
        try:
            data = json.loads(self.path.read_text(encoding="utf-8"))
            if data["format"] != _FORMAT:
                raise ValueError(f"its format is {data['format']!r}, not {_FORMAT}")
            _take_up(data["accounts"])
            for name, cloud in CLOUDS.items():
                cloud.load(data.get(name, {}))
            if data.get("ec2Volumes"):
                from .ec2 import images  # moto's EC2 takes a moment to load

                images.load_volumes(account_id(), data["ec2Volumes"])
        except FileNotFoundError:
            return
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            lightsail_backends.clear()
            for cloud in CLOUDS.values():
                cloud.clear()
            raise StateFileError(
                f"the state file {self.path} can't be used ({type(error).__name__}: {error}); "
                "delete it, or move it away, to start afresh"
            ) from error


def _take_up(accounts: dict[str, Any]) -> None:
    for account, regions in accounts.items():
        for region, kept in regions.items():
            backend = lightsail_backends[account][region]
            for data in kept["resources"]:
                resource = resource_from_json(data)
                backend.resources[resource.name] = resource
            for data in kept["operations"]:
                operation = operation_from_json(data)
                backend.operations[operation.members["id"]] = operation


def _dump() -> str:
    accounts: dict[str, dict[str, Any]] = {}
    for account, region, backend in all_backends():
        accounts.setdefault(account, {})[region] = {
            "resources": [to_json(resource) for resource in backend.resources.values()],
            "operations": [to_json(operation) for operation in backend.operations.values()],
        }
    clouds = {name: cloud.dump() for name, cloud in CLOUDS.items() if cloud.regions}
    if "ec2" in clouds:
        from .ec2 import images

        clouds["ec2Volumes"] = images.dump_volumes(account_id())
    return json.dumps({"format": _FORMAT, "accounts": accounts, **clouds}, indent=1)
