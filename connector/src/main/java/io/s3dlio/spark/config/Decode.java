package io.s3dlio.spark.config;

/** What objects are taken for. */
public enum Decode {
  /** Bytes. */
  NONE,
  /** What each object's name ends with. */
  AUTO,
  /** NumPy's archives. */
  NPZ,
  /** NumPy's files of one array. */
  NPY,
  /** HDF5 files. */
  HDF5,
  /** TFRecord files. */
  TFRECORD
}
