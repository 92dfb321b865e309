package io.s3dlio.format;

/**
 * Where a chunk of an HDF5 dataset is stored.
 *
 * @param address where it begins
 * @param length how many bytes are stored
 * @param mask the filters that it has not gone through: a bit for each
 */
record Hdf5Chunk(long address, long length, int mask) {}
