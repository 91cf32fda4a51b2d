"""What the code of a folder is, in one digest: whether it is still what was proven.

Python and shell count. Configuration does not: an application may write it at any time.
"""
import hashlib
import json
import os
import sys

import files

COUNTED = ("python", "shell")


class Fingerprint:
    """Files by path: their content, and the times and sizes by which a change is seen quickly."""

    def __init__(self, root):
        self.root = root
        self._contents = {}
        self._stamps = {}

    def note(self, path, sort):
        """Looks at a file before it is read."""
        if sort not in COUNTED:
            return
        try:
            status = os.lstat(os.path.join(self.root, path))
            self._stamps[path] = f"{status.st_size} {status.st_mtime_ns} {status.st_ino}"
        except OSError:
            self._stamps[path] = "gone"
        # Until it was read.
        self._contents[path] = "unread"

    def keep(self, path, content):
        """Takes the content of a file that was looked at."""
        if path in self._contents:
            self._contents[path] = hashlib.sha256(content).hexdigest()

    def described(self, with_contents=True):
        """The digests as JSON has them."""
        return {"files": len(self._stamps), "stamp": _digest(self._stamps),
                "digest": _digest(self._contents) if with_contents else None}


def _digest(table):
    whole = hashlib.sha256()
    for path in sorted(table, key=os.fsencode):
        # No name holds a NUL.
        whole.update(os.fsencode(path) + b"\0" + table[path].encode() + b"\0")
    return whole.hexdigest()


def of(root, with_contents):
    """The fingerprint of a folder as it is now."""
    found = Fingerprint(root)
    for path in files.Walk(root):
        try:
            sort = files.kind_of(root, path)
            found.note(path, sort)
            if with_contents and sort in COUNTED:
                found.keep(path, files.read(root, path))
        except files.Unreadable:
            continue
    return found.described(with_contents)


def main(root, with_contents):
    """Prints the fingerprint of a folder."""
    json.dump(of(os.path.abspath(root), with_contents), sys.stdout)
    sys.stdout.write("\n")
