"""Which files of a folder are read, and how: by name, first line and size, never by running them."""
import codecs
import io
import os
import stat
import sys
import time
import tokenize

LARGEST_FILE = 4 * 1024 * 1024
MOST_FILES = 200_000

_LEFT_OUT = {
    ".git", ".hg", ".svn", ".tox", ".nox", ".mypy_cache", ".pytest_cache", "__pycache__",
    "node_modules", "site-packages", ".venv", ".eggs",
}
_CONFIG = {
    ".ini", ".cfg", ".conf", ".toml", ".yaml", ".yml", ".env", ".properties", ".service",
    ".replit", ".json",
}
_CONFIG_NAMES = {"dockerfile", "procfile", "makefile", "crontab", ".env", ".replit"}


class Unreadable(Exception):
    """A file that is named in the answer instead of being read; the text says why."""


def shown(path):
    """A path as text that JSON can hold, whatever bytes the name has."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def kind(name, first):
    """What a file is: python, shell, config, or None."""
    lower = name.lower()
    ending = os.path.splitext(lower)[1]
    if ending in (".py", ".pyw"):
        return "python"
    if ending in (".sh", ".bash", ".ksh", ".zsh"):
        return "shell"
    if ending in _CONFIG or lower in _CONFIG_NAMES or lower.startswith((".env.", "dockerfile.")):
        return "config"
    if first.startswith(b"#!"):
        line = first.split(b"\n", 1)[0]
        if b"python" in line:
            return "python"
        if line.rstrip().endswith((b"sh", b"sh -e", b"sh -eu")):
            return "shell"
    return None


class Walk:
    """The files below a folder, in a fixed order; links are named, not followed."""

    def __init__(self, root):
        self.root = root
        self.left_out = []
        self.count = 0
        self.told = time.monotonic()

    def __iter__(self):
        waiting = [""]
        while waiting:
            folder = waiting.pop()
            try:
                with os.scandir(os.path.join(self.root, folder)) as entries:
                    found = sorted(entries, key=lambda entry: os.fsencode(entry.name))
            except OSError as error:
                self.left_out.append((folder or ".", f"the folder cannot be read: {error.strerror}"))
                continue
            deeper = []
            for entry in found:
                path = os.path.join(folder, entry.name)
                if entry.is_symlink():
                    self._link(path)
                elif entry.is_dir(follow_symlinks=False):
                    if not self._is_left_out(path, entry.name):
                        deeper.append(path)
                elif entry.is_file(follow_symlinks=False):
                    self.count += 1
                    if self.count > MOST_FILES:
                        self.left_out.append((path, f"more than {MOST_FILES} files: the rest was "
                                                    "not read"))
                        return
                    self._tell()
                    yield path
            waiting.extend(reversed(deeper))

    def _link(self, path):
        # Inside the folder the file is read under its own name; outside it is somebody else's.
        target = os.path.realpath(os.path.join(self.root, path))
        if not (target + os.sep).startswith(os.path.realpath(self.root) + os.sep) and (
                kind(os.path.basename(path), b"") is not None or os.path.isdir(target)):
            self.left_out.append((path, "a link that leads out of the folder is not followed"))

    def _is_left_out(self, path, name):
        return name in _LEFT_OUT or os.path.exists(
            os.path.join(self.root, path, "pyvenv.cfg"))

    def _tell(self):
        now = time.monotonic()
        if now - self.told >= 1:
            self.told = now
            print(f"scan: {self.count} files", file=sys.stderr, flush=True)


def head(root, path):
    """The first bytes of a file; enough for its first line."""
    descriptor = _open(root, path)
    with os.fdopen(descriptor, "rb") as file:
        return file.read(200)


def kind_of(root, path):
    """What a file is, by its name or, where that says nothing, its first line."""
    name = os.path.basename(path)
    return kind(name, b"") or kind(name, head(root, path))


def _open(root, path):
    # Not through a link, and not waiting at a pipe that took the file's place since it was listed.
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | getattr(os, "O_CLOEXEC", 0)
    try:
        descriptor = os.open(os.path.join(root, path), flags)
    except OSError as error:
        raise Unreadable(f"cannot be read: {error.strerror}") from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise Unreadable("is no regular file")
    return descriptor


def read(root, path):
    """The bytes of a file, if it is of a size that a person wrote."""
    with os.fdopen(_open(root, path), "rb") as file:
        content = file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise Unreadable(f"is larger than {LARGEST_FILE // 1024 // 1024} MiB and was not read")
    return content


def decoded(content):
    """The text of a Python file and its encoding, as PEP 263 says; a mark at its start is kept out.

    Returns (text, encoding, mark).
    """
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        mark = codecs.BOM_UTF8 if content.startswith(codecs.BOM_UTF8) else b""
        name = "utf-8" if encoding == "utf-8-sig" else encoding
        text = content[len(mark):].decode(name)
    except (SyntaxError, LookupError, UnicodeDecodeError) as error:
        raise Unreadable(f"cannot be decoded: {error}") from None
    if text.encode(name) != content[len(mark):]:
        raise Unreadable(f"does not come back from {name} as it was")
    return text, name, mark
