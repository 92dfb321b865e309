package io.s3dlio.format;

import io.s3dlio.storage.buffer.BufferLease;
import io.s3dlio.storage.buffer.BufferPool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The elements of an HDF5 dataset in chunks. What is read is cut into boxes, which are ranges along
 * every axis whose elements follow each other in C order, and of each box those chunks are read
 * that have a part in it.
 */
final class Hdf5Chunks implements Hdf5Storage {
  /** How much of a chunk is read at once if it is not read into its place. */
  private static final int CHUNK = 256 << 10;

  private final Hdf5File file;
  private final Hdf5ChunkIndex index;
  private final Hdf5Filters filters;
  private final Hdf5FillValue fillValue;
  private final Shape shape;
  private final boolean partialPlain;

  /** The lengths of a dataset and of its chunks, the axes that an element has included. */
  static final class Shape {
    private final long[] dataset;
    private final long[] chunk;
    private final int indexed;
    private final int itemSize;

    /**
     * @param indexed how many axes the index of chunks knows
     * @param itemSize how many bytes stand at a place
     */
    Shape(long[] dataset, long[] chunk, int indexed, int itemSize) {
      this.dataset = dataset;
      this.chunk = chunk;
      this.indexed = indexed;
      this.itemSize = itemSize;
    }

    long[] dataset() {
      return dataset;
    }

    long[] chunk() {
      return chunk;
    }

    int indexed() {
      return indexed;
    }

    int itemSize() {
      return itemSize;
    }

    static Shape of(Hdf5ChunkGrid grid, Hdf5Datatype type) {
      int rank = grid.chunk().length;
      List<Long> inner = type.axes();
      long[] dataset = Arrays.copyOf(grid.space().lengths(), rank + inner.size());
      long[] chunk = Arrays.copyOf(grid.chunk(), rank + inner.size());
      for (int i = 0; i < inner.size(); i++) {
        dataset[rank + i] = inner.get(i);
        chunk[rank + i] = inner.get(i);
      }
      return new Shape(dataset, chunk, rank, type.dtype().itemSize());
    }

    int axes() {
      return dataset.length;
    }

    long chunkLength() {
      return length(chunk, 0);
    }

    /** Returns how many bytes some axes have, the others at one place. */
    long length(long[] lengths, int firstAxis) {
      long length = itemSize;
      for (int axis = firstAxis; axis < lengths.length; axis++) {
        length *= lengths[axis];
      }
      return length;
    }
  }

  /**
   * @param partialPlain whether chunks that go beyond the dataset's end are stored as they are
   */
  Hdf5Chunks(
      Hdf5File file,
      Hdf5ChunkIndex index,
      Hdf5Filters filters,
      Hdf5FillValue fillValue,
      Shape shape,
      boolean partialPlain) {
    this.file = file;
    this.index = index;
    this.filters = filters;
    this.fillValue = fillValue;
    this.shape = shape;
    this.partialPlain = partialPlain;
  }

  @Override
  public void read(long offset, ByteBuffer target) throws IOException {
    long at = offset;
    while (target.hasRemaining()) {
      // The first axis along which a step is a range that is wanted as a whole.
      int axis = 0;
      long step = shape.length(shape.dataset, 1);
      while (at % step != 0 || step > target.remaining()) {
        axis++;
        step = shape.length(shape.dataset, axis + 1);
      }
      long[] start = new long[shape.axes()];
      long[] end = shape.dataset.clone();
      long rest = at;
      for (int i = 0; i <= axis; i++) {
        long length = shape.length(shape.dataset, i + 1);
        start[i] = rest / length;
        end[i] = start[i] + 1;
        rest %= length;
      }
      long steps = Math.min(target.remaining() / step, shape.dataset[axis] - start[axis]);
      end[axis] = start[axis] + steps;
      int length = (int) (steps * step);
      readBox(start, end, target.slice(target.position(), length));
      target.position(target.position() + length);
      at += length;
    }
  }

  private void readBox(long[] start, long[] end, ByteBuffer target) throws IOException {
    long[] first = new long[shape.axes()];
    long[] last = new long[shape.axes()];
    for (int axis = 0; axis < first.length; axis++) {
      first[axis] = start[axis] / shape.chunk[axis];
      last[axis] = (end[axis] - 1) / shape.chunk[axis];
    }
    long[] place = first.clone();
    int axis;
    do {
      readPart(new Hdf5ChunkPart(shape, start, end, place), target);
      // To the next chunk, the last axis fastest.
      axis = place.length - 1;
      while (axis >= 0 && place[axis] == last[axis]) {
        place[axis] = first[axis];
        axis--;
      }
      if (axis >= 0) {
        place[axis]++;
      }
    } while (axis >= 0);
  }

  private void readPart(Hdf5ChunkPart part, ByteBuffer target) throws IOException {
    Optional<Hdf5Chunk> found = index.find(part.place(shape.indexed));
    if (found.isEmpty()) {
      do {
        fillValue.fill(part.inChunk(), target.slice(part.inBox(), part.runLength()));
      } while (part.next());
      return;
    }
    Hdf5Chunk chunk = found.get();
    if (filters.isEmpty() || (partialPlain && part.isBeyondEnd())) {
      readPlain(part, file.offset(chunk.address(), shape.chunkLength()), target);
    } else if (part.runLength() == shape.chunkLength()) {
      filters.decode(file, chunk, target.slice(part.inBox(), part.runLength()));
    } else {
      readDecoded(part, chunk, target);
    }
  }

  private void readPlain(Hdf5ChunkPart part, long start, ByteBuffer target) throws IOException {
    long end = start + shape.chunkLength();
    int least = (int) Math.min(CHUNK, end - start - part.inChunk());
    try (RangeCursor cursor = new RangeCursor(file.object(), start + part.inChunk(), end, least)) {
      do {
        cursor.skip(start + part.inChunk() - cursor.position());
        cursor.read(target.slice(part.inBox(), part.runLength()));
      } while (part.next());
    }
  }

  private void readDecoded(Hdf5ChunkPart part, Hdf5Chunk chunk, ByteBuffer target)
      throws IOException {
    try (BufferLease lease = BufferPool.shared().acquire(shape.chunkLength())) {
      ByteBuffer decoded = lease.buffer();
      filters.decode(file, chunk, decoded);
      do {
        target.put(part.inBox(), decoded, (int) part.inChunk(), part.runLength());
      } while (part.next());
    }
  }
}
