"""Data sets that the benchmark DLIO runs on, and that its readers read."""

import os
import re
import subprocess
import sys

import pytest

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
import tensorflow as tf  # noqa: E402

TRAIN, EVAL, SAMPLES = 12, 6, 3
SIZE = 70_001


def write(spark, folder, kind, **options):
    """Writes a data set of three samples in each file."""
    options = {
        "layout": "dlio",
        "objectType": kind,
        "objectSize": SIZE,
        "recordsPerObject": SAMPLES,
        "numFilesTrain": TRAIN,
        "numFilesEval": EVAL,
        **options,
    }
    rows = spark.range(0, TRAIN + EVAL, 1, 2)
    rows.write.format("s3dlio").options(**options).mode("append").save(f"file://{folder}")
    return sorted((folder / "train").rglob(f"*.{kind}")), sorted((folder / "valid").rglob(f"*.{kind}"))


def run_dlio(folder, data, kind, subfolders=0, **more):
    """Runs the whole benchmark, two epochs and an evaluation after each, and returns what it says."""
    parameters = {
        "workflow.generate_data": False,
        "framework": "tensorflow",
        "dataset.data_folder": data,
        "dataset.format": kind,
        "dataset.num_files_train": TRAIN,
        "dataset.num_files_eval": EVAL,
        "dataset.num_samples_per_file": SAMPLES,
        "dataset.num_subfolders_train": subfolders,
        "dataset.num_subfolders_eval": subfolders,
        "dataset.record_length": SIZE // SAMPLES,
        "reader.data_loader": "tensorflow",
        "reader.batch_size": 2,
        "train.epochs": 2,
        "train.computation_time": 0,
        "evaluation.eval_time": 0,
        **more,
    }
    command = [sys.executable, "-c", "from dlio_benchmark.main import main; main()", "workload=default"]
    command += [f"++workload.{name}={value}" for name, value in parameters.items()]
    command.append(f"hydra.run.dir={folder / 'out'}")
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=250)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout + run.stderr


@pytest.mark.parametrize("kind,subfolders", [("npz", 0), ("npz", 3), ("npy", 3), ("hdf5", 0), ("tfrecord", 3)])
def test_the_benchmark_runs(spark, tmp_path, kind, subfolders):
    data = tmp_path / "data"
    options = {"numSubfoldersTrain": subfolders, "numSubfoldersEval": subfolders}
    if kind == "tfrecord":
        options["tfrecordIndex"] = True
    train, valid = write(spark, data, kind, **options)
    assert (len(train), len(valid)) == (TRAIN, EVAL)
    more = {"reader.reader_classname": "dlio_readers.NewHDF5Reader"} if kind == "hdf5" else {}

    log = run_dlio(tmp_path, data, kind, subfolders, **more)

    # Batches of two samples to train with, and of one to evaluate with.
    trained = re.findall(r"Ending epoch (\d) - (\d+) steps completed", log)
    assert trained == [("1", str(TRAIN * SAMPLES // 2)), ("2", str(TRAIN * SAMPLES // 2))]
    assert re.findall(r"Ending eval - (\d+) steps completed", log) == [str(EVAL * SAMPLES)] * 2


def reader(kind, files):
    """Returns the class of one of DLIO's readers, with the benchmark's state as it wants it."""
    import dlio_readers
    from dlio_benchmark.reader import npy_reader, npz_reader
    from dlio_benchmark.utils.config import ConfigArguments
    from dlio_benchmark.common.enumerations import DatasetType
    from dlio_benchmark.utils.utility import DLIOMPI

    DLIOMPI.get_instance().initialize()
    ConfigArguments.reset()
    arguments = ConfigArguments.get_instance()
    arguments.num_samples_per_file = SAMPLES
    arguments.derive_configurations([str(file) for file in files], [])
    readers = {
        "npz": npz_reader.NPZReader,
        "npz direct": dlio_readers.NPZReaderODIRECT,
        "npy": npy_reader.NPYReader,
        "npy direct": dlio_readers.NPYReaderODirect,
        "hdf5": dlio_readers.NewHDF5Reader,
    }
    return readers[kind](DatasetType.TRAIN, 0, 1)


@pytest.mark.parametrize("kind", ["npz", "npz direct", "npy", "npy direct", "hdf5"])
def test_dlio_reads_the_images_of_every_file(spark, tmp_path, kind):
    form = kind.split()[0]
    files, _ = write(spark, tmp_path, form)
    dlio = reader(kind, files)
    for file in files:
        found = dlio.open(str(file))
        dlio.open_file_map[str(file)] = found
        for sample in range(SAMPLES):
            dlio.get_sample(str(file), sample)
        # Where our format puts the images, which are the only bytes that are random.
        content = file.read_bytes()
        if form == "hdf5":
            images = found["records_0"][:]
            assert found["labels"].shape == (SAMPLES,)
        else:
            images = found
        at = 192 if form == "npz" else len(content) - images.nbytes
        assert images.shape[0 if form == "hdf5" else -1] == SAMPLES
        assert images.tobytes() == content[at : at + images.nbytes]
        assert SIZE - images.nbytes < 5000
        if form == "hdf5":
            dlio.close(str(file))


def test_no_folder_of_dlio_has_anything_else(spark, tmp_path):
    write(spark, tmp_path, "tfrecord", tfrecordIndex=True)
    assert sorted(os.listdir(tmp_path)) == ["_SUCCESS", "_s3dlio", "index", "train", "valid"]
    assert sorted(os.listdir(tmp_path / "train")) == [f"img_{i:02}_of_{TRAIN}.tfrecord" for i in range(TRAIN)]
    assert sorted(os.listdir(tmp_path / "valid")) == [f"img_{i}_of_{EVAL}.tfrecord" for i in range(EVAL)]


def test_indexes_tell_of_each_record(spark, tmp_path):
    train, valid = write(spark, tmp_path, "tfrecord", tfrecordIndex=True)
    for file in train + valid:
        lines = (tmp_path / "index" / file.parent.name / f"{file.name}.idx").read_text().splitlines()
        content = file.read_bytes()
        records = [record.numpy() for record in tf.data.TFRecordDataset(str(file))]
        assert len(records) == len(lines) == SAMPLES
        end = 0
        for line, record in zip(lines, records):
            offset, length = map(int, line.split(" "))
            assert offset == end
            assert content[offset + 12 : offset + length - 4] == record
            end = offset + length
        assert end == len(content)
