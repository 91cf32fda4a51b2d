"""Folders of invented code, and the reader run on them as the command runs it."""
import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
READER = os.path.join(HERE, "..", "..", "Sources", "MigrationEngine", "Code", "Python")
FIXTURES = os.path.join(HERE, "..", "Fixtures")


def laid_out():
    """The reader as the command lays it out: a folder that Python runs by itself."""
    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for name in os.listdir(READER):
        if name.endswith(".py"):
            target = "__main__.py" if name == "start.py" else name
            shutil.copyfile(os.path.join(READER, name), os.path.join(folder, target))
    return folder


LAID_OUT = laid_out()


def run_program(*arguments, given=None, timeout=3600, most=None):
    """The reader's run of a command line; `most` bounds the files that it reads."""
    program = [sys.executable, "-I", "-B", LAID_OUT]
    if most is not None:
        program[3:] = ["-c", f"import sys; sys.path.insert(0, {LAID_OUT!r}); import files; "
                       f"files.MOST_FILES = {most}; "
                       "import runpy; sys.argv[0] = ''; "
                       f"runpy.run_path({LAID_OUT!r}, run_name='__main__')"]
    done = subprocess.run(
        [*program, *arguments],
        input=given, capture_output=True, text=True, timeout=timeout)
    assert done.returncode == 0, done.stderr
    return done


def run_reader(*arguments, **options):
    """The reader's answer to a command line."""
    return json.loads(run_program(*arguments, **options).stdout)


class Folder:
    """A folder of files that is gone after the test."""

    def __init__(self, **files):
        self.path = tempfile.mkdtemp()
        for name, content in files.items():
            self.write(name.replace("__", "/") + ".py", content)

    def write(self, name, content):
        """Writes one file: text, or bytes as they are."""
        path = os.path.join(self.path, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        return path

    def scan(self):
        """What the reader says of the folder, by path."""
        return {file["path"]: file for file in run_reader("scan", self.path)["files"]}

    def remove(self):
        """Takes the folder away."""
        shutil.rmtree(self.path, ignore_errors=True)
