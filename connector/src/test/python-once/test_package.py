"""The package by itself: as a wheel, and its types."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import venv

import pyarrow
import pytest

SOURCES = pathlib.Path(os.environ["S3DLIO_PYTHON_SOURCES"])
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check"]

PROGRAM = """
import importlib.metadata, importlib.util, pathlib
import pyarrow as pa
from s3dlio_spark import with_content
import s3dlio_spark

assert importlib.util.find_spec("numpy") is None and importlib.util.find_spec("pandas") is None
assert (pathlib.Path(s3dlio_spark.__file__).parent / "py.typed").is_file()
reference = {"segment": None, "offset": 0, "length": 3, "stamp": 0, "inline": b"abc"}
fields = [("segment", pa.string()), ("offset", pa.int64()), ("length", pa.int64())]
fields += [("stamp", pa.int64()), ("inline", pa.binary())]
batch = pa.record_batch({"_content_ref": pa.array([reference], type=pa.struct(fields))})
(result,) = with_content(lambda part: part)(iter([batch]))
assert result["content"].to_pylist() == [b"abc"]
print(importlib.metadata.version("s3dlio-spark"))
"""


def run(*command, **options):
    done = subprocess.run(command, capture_output=True, text=True, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def wheel(tmp_path):
    """The wheel, built from a copy: a build leaves files beside its sources."""
    copy = shutil.copytree(SOURCES, tmp_path / "sources")
    target = tmp_path / "wheel"
    run(*PIP, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", target, copy)
    (file,) = target.iterdir()
    return file


@pytest.fixture
def python(tmp_path):
    """A Python that has pyarrow and nothing else."""
    folder = tmp_path / "venv"
    venv.create(folder, with_pip=False)
    (packages,) = folder.glob("lib/python*/site-packages")
    installed = pathlib.Path(pyarrow.__file__).parent
    for name in (installed, *installed.parent.glob("pyarrow.libs")):
        (packages / name.name).symlink_to(name)
    return folder / "bin" / "python"


def test_the_wheel_is_pure_python_and_needs_pyarrow_alone(wheel, python):
    assert wheel.name.endswith("-py3-none-any.whl")
    run(*PIP, "--python", python, "install", "--no-deps", "--no-index", wheel)
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    version = run(python, "-c", PROGRAM, env=environment).strip()
    project = (SOURCES / "../../pom.xml").resolve().read_text()
    (wanted,) = re.findall(r"<artifactId>s3dlio-parent</artifactId>\s*<version>(.*)</version>", project)
    assert version == wanted.replace("-SNAPSHOT", ".dev0")


def test_types(tmp_path):
    run(sys.executable, "-m", "mypy", "--cache-dir", tmp_path / "mypy", cwd=SOURCES)
