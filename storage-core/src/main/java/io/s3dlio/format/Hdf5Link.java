package io.s3dlio.format;

/**
 * A name in a group of an HDF5 file.
 *
 * @param name its text
 * @param kind what it leads to
 * @param address of the object's header; undefined unless the link is a hard one
 */
record Hdf5Link(String name, Kind kind, long address) {
  enum Kind {
    HARD,
    SOFT,
    EXTERNAL
  }
}
