# SPDX-License-Identifier: Apache-2.0
"""Disks to be cruel to: ext4 in a file, mounted through a loop device, cut from power by ioctl."""

import fcntl
import os
import shutil
import struct
import subprocess
from pathlib import Path

EXT4_IOC_SHUTDOWN = 0x8004587D
NO_LOG_FLUSH = 2
"""Neither the journal nor the page cache reaches the disk any more."""


class CannotMountError(Exception):
    """This machine gives no loop mounts; the text says why."""


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotMountError(f"{' '.join(command)}: {done.stderr.strip()}")


class Disk:
    """An ext4 file system in an image file."""

    def __init__(self, image: Path, mount: Path, size: int) -> None:
        """Make and mount it.

        Raises:
            CannotMountError: not root, no tools, or the kernel refuses.
        """
        if os.geteuid():
            raise CannotMountError("only root mounts")
        if not shutil.which("mkfs.ext4") or not shutil.which("losetup"):
            raise CannotMountError("mkfs.ext4 or losetup is missing")
        self.path = mount
        self._image = image
        mount.mkdir(parents=True, exist_ok=True)
        with image.open("wb") as file:
            file.truncate(size)
        _run("mkfs.ext4", "-q", "-E", "lazy_itable_init=1,nodiscard", str(image))
        self.mount()

    def mount(self) -> None:
        """Mount it; the journal is replayed."""
        _run("mount", "-o", "loop", str(self._image), str(self.path))

    def unmount(self) -> None:
        """Unmount it, if it is mounted."""
        if self.path.is_mount():
            _run("umount", str(self.path))

    def cut_power(self) -> None:
        """From here on nothing reaches the disk."""
        descriptor = os.open(self.path, os.O_RDONLY)
        try:
            fcntl.ioctl(descriptor, EXT4_IOC_SHUTDOWN, struct.pack("I", NO_LOG_FLUSH))
        finally:
            os.close(descriptor)
