"""HDF5 objects, read by the tools of the library's makers."""

import os
import pathlib
import re
import subprocess

import pytest
from conftest import MIB
from test_formats import write

TOOLS = pathlib.Path(os.environ["S3DLIO_HDF5_TOOLS"])


def run(tool, *arguments):
    environment = {"LD_LIBRARY_PATH": str(TOOLS / "lib")}
    command = [str(TOOLS / "bin" / tool), *map(str, arguments)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.parametrize("samples", [1, 3, 100])
def test_tools(spark, tmp_path, samples):
    least = 1312 + 9 * samples
    sizes = [least, least + 1, least + 7, 4099, 65_537, MIB, MIB + 5]
    for index, file in enumerate(write(spark, tmp_path, "hdf5", sizes, samples)):
        labels = run("h5dump", "-y", "-w", "0", "-d", "labels", file)
        expected = range(index * samples, (index + 1) * samples)
        assert re.search("DATA {(.*?)}", labels, re.S).group(1).split() == [
            f"{label}," for label in expected[:-1]] + [str(expected[-1])]
        assert "H5T_STD_U8LE" in run("h5dump", "-H", file)

        # Nothing is where the library would not look for it but what fills the object up.
        statistics = run("h5stat", file)
        assert "Superblock: 96\n" in statistics
        unaccounted = int(re.search("Unaccounted space: ([0-9]+) bytes", statistics).group(1))
        assert unaccounted < 4096

        copy = tmp_path / f"copy-{index}.h5"
        run("h5repack", "-f", "GZIP=1", file, copy)
        run("h5diff", file, copy)
