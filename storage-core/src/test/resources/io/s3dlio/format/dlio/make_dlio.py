"""Writes the files that DLIO's generators make, for the tests of this package.

Run it in this directory, with the name of a variant, where dlio_benchmark, tensorflow, numpy and
h5py are installed: it adds <variant>-<case>.<format> and what numpy, h5py and TensorFlow read in
them to values.tsv: file, dataset or member or "-", dtype, shape (none of a record), and values as
base64, little-endian in C order. "release" is dlio_benchmark 2.0.0, "main" its commit e1919d7.
"""

import base64
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import h5py
import numpy as np
import tensorflow as tf

VARIANT = sys.argv[1]
CASES = {
    "plain.npz": {},
    "plain.npy": {},
    "plain.hdf5": {},
    "plain.tfrecord": {},
}
if VARIANT == "main":
    dtype = {"dataset.record_element_type": "float32", "dataset.record_dims": "[2,3,5]"}
    CASES |= {f"float.{kind}": dtype for kind in ("npz", "npy", "hdf5", "tfrecord")}
    chunks = {"dataset.hdf5.chunk_dims": "[1,2,3,4]", "dataset.compression": "gzip"}
    CASES["chunked.hdf5"] = {**dtype, "dataset.hdf5.num_dset_per_record": 2, **chunks}
    CASES["chunked.hdf5"]["dataset.record_dims"] = "[4,3,5]"
else:
    CASES["chunked.hdf5"] = {"dataset.compression": "gzip", "dataset.compression_level": 4}


def generate(kind, more, folder):
    parameters = {
        "framework": "tensorflow",
        "workflow.generate_data": True,
        "workflow.train": False,
        "workflow.evaluation": False,
        "dataset.data_folder": folder / "data",
        "dataset.format": kind,
        "dataset.num_files_train": 1,
        "dataset.num_files_eval": 0,
        "dataset.num_subfolders_train": 0,
        "dataset.num_subfolders_eval": 0,
        "dataset.num_samples_per_file": 3,
        "reader.data_loader": "tensorflow",
        "reader.batch_size": 1,
        **more,
    }
    if "dataset.record_dims" not in more:
        parameters["dataset.record_length" + ("_bytes" if VARIANT == "main" else "")] = 144
    command = [sys.executable, "-c", "from dlio_benchmark.main import main; main()", "workload=default"]
    command += [f"++workload.{name}={value}" for name, value in parameters.items()]
    # The release calls DALI's script, and goes on without what it would write.
    script = folder / "tfrecord2idx"
    script.write_text("#!/bin/sh\n")
    script.chmod(0o755)
    path = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}
    subprocess.run([*command, f"hydra.run.dir={folder / 'out'}"], check=True, cwd=folder, env=path)
    [file] = (folder / "data" / "train").glob("*." + kind)
    return file


def arrays(file):
    if file.suffix == ".npz":
        with np.load(file) as members:
            yield from sorted(members.items())
    elif file.suffix == ".npy":
        yield "-", np.load(file)
    else:
        with h5py.File(file) as datasets:
            for name in sorted(datasets):
                yield name, datasets[name][()]


with open("values.tsv", "a") as values:
    for case, more in CASES.items():
        name = f"{VARIANT}-{case}"
        with tempfile.TemporaryDirectory() as folder:
            made = generate(case.split(".")[1], more, pathlib.Path(folder))
            shutil.copy(made, name)
            for index in pathlib.Path(folder).glob("data/index/train/*"):
                shutil.copy(index, name + ".idx")
        if name.endswith(".tfrecord"):
            for record in tf.data.TFRecordDataset(name):
                print(name, "-", "-", "-", base64.b64encode(record.numpy()).decode(), sep="\t", file=values)
        else:
            for member, array in arrays(pathlib.Path(name)):
                shape = ",".join(map(str, array.shape))
                data = base64.b64encode(array.tobytes(order="C")).decode()
                print(name, member, array.dtype.str, shape, data, sep="\t", file=values)
