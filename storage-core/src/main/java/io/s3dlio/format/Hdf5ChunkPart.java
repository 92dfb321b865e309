package io.s3dlio.format;

import java.util.Arrays;

/**
 * What a chunk of an HDF5 dataset and a box of it have in common: runs of bytes that follow each
 * other in both. It is at the first run, until it is moved. Not thread-safe.
 */
final class Hdf5ChunkPart {
  private final Hdf5Chunks.Shape shape;
  private final long[] place;

  /** How far the part goes along each axis. */
  private final long[] length;

  private final long[] box;

  /** Which run it is at: the place along each axis before the one along which runs go. */
  private final long[] index;

  /** Runs go along this axis and all after it. */
  private final int axis;

  private final int runLength;
  private long inChunk;
  private long inBox;

  /**
   * @param start where the box begins along each axis
   * @param end where it ends
   * @param place the chunk's number along each axis; it has a part in the box
   */
  Hdf5ChunkPart(Hdf5Chunks.Shape shape, long[] start, long[] end, long[] place) {
    this.shape = shape;
    this.place = place.clone();
    int axes = place.length;
    this.length = new long[axes];
    this.box = box(start, end);
    this.index = new long[axes];
    for (int i = 0; i < axes; i++) {
      long chunkStart = place[i] * shape.chunk()[i];
      long first = Math.max(start[i], chunkStart);
      long last = end[i] - chunkStart < shape.chunk()[i] ? end[i] : chunkStart + shape.chunk()[i];
      length[i] = last - first;
      inChunk += (first - chunkStart) * shape.length(shape.chunk(), i + 1);
      inBox += (first - start[i]) * shape.length(box, i + 1);
    }
    int outer = axes - 1;
    while (outer > 0 && length[outer] == box[outer] && length[outer] == shape.chunk()[outer]) {
      outer--;
    }
    this.axis = outer;
    this.runLength = (int) shape.length(length, outer);
  }

  private static long[] box(long[] start, long[] end) {
    long[] box = new long[start.length];
    Arrays.setAll(box, i -> end[i] - start[i]);
    return box;
  }

  /** Returns the chunk's number along the first axes. */
  long[] place(int axes) {
    return Arrays.copyOf(place, axes);
  }

  /** Returns whether the chunk goes beyond the dataset's end. */
  boolean isBeyondEnd() {
    for (int i = 0; i < place.length; i++) {
      long left = shape.dataset()[i] - place[i] * shape.chunk()[i];
      if (left < shape.chunk()[i]) {
        return true;
      }
    }
    return false;
  }

  /** Returns how many bytes each run has. */
  int runLength() {
    return runLength;
  }

  /** Returns how many bytes of the chunk are before the run. */
  long inChunk() {
    return inChunk;
  }

  /** Returns how many bytes of the box are before the run. */
  int inBox() {
    return (int) inBox;
  }

  /** Goes to the next run; false if there is none. */
  boolean next() {
    for (int i = axis - 1; i >= 0; i--) {
      long chunkStep = shape.length(shape.chunk(), i + 1);
      long boxStep = shape.length(box, i + 1);
      if (++index[i] < length[i]) {
        inChunk += chunkStep;
        inBox += boxStep;
        return true;
      }
      inChunk -= (length[i] - 1) * chunkStep;
      inBox -= (length[i] - 1) * boxStep;
      index[i] = 0;
    }
    return false;
  }
}
