package io.s3dlio.format;

import io.s3dlio.storage.CorruptException;
import java.io.IOException;
import java.util.Optional;

/** Finds out how the elements of an HDF5 dataset are stored. */
final class Hdf5Layout {
  // Classes.
  private static final int COMPACT = 0;
  private static final int CONTIGUOUS = 1;
  private static final int CHUNKED = 2;
  private static final int VIRTUAL = 3;

  // Indexes of chunks in version 4.
  private static final int SINGLE = 1;
  private static final int IMPLICIT = 2;
  private static final int FIXED_ARRAY = 3;
  private static final int EXTENSIBLE_ARRAY = 4;
  private static final int TREE_V2 = 5;

  // Flags in version 4.
  private static final int PARTIAL_CHUNKS_PLAIN = 1;
  private static final int SINGLE_FILTERED = 1 << 1;

  /** The most bytes that a chunk becomes: all of it is held. */
  private static final long MAX_CHUNK = 256 << 20;

  private final Hdf5File file;
  private final Hdf5Fields message;
  private final Hdf5Dataspace space;
  private final Hdf5Datatype type;
  private final Hdf5FillValue fillValue;
  private final Hdf5Filters filters;
  private final int elementLength;
  private final long length;

  private Hdf5Layout(
      Hdf5File file,
      Hdf5ObjectHeader header,
      Hdf5Dataspace space,
      Hdf5Datatype type,
      int elementLength,
      long length)
      throws IOException {
    this.file = file;
    this.message = header.require(Hdf5Message.LAYOUT, "layout");
    this.space = space;
    this.type = type;
    this.fillValue = Hdf5FillValue.read(header, elementLength);
    this.filters = Hdf5Filters.read(header);
    this.elementLength = elementLength;
    this.length = length;
  }

  /**
   * Returns where a dataset's elements are.
   *
   * @param elementLength how many bytes an element has
   * @param length how many bytes all of them have
   */
  static Hdf5Storage read(
      Hdf5File file,
      Hdf5ObjectHeader header,
      Hdf5Dataspace space,
      Hdf5Datatype type,
      int elementLength,
      long length)
      throws IOException {
    return new Hdf5Layout(file, header, space, type, elementLength, length).read(header);
  }

  private Hdf5Storage read(Hdf5ObjectHeader header) throws IOException {
    int version = message.u8();
    return switch (version) {
      case 1, 2 -> readOldest(header);
      case 3, 4 -> {
        int kind = message.u8();
        yield switch (kind) {
          case COMPACT -> compact(message.u16());
          case CONTIGUOUS -> contiguous(header, message.address(), message.length());
          case CHUNKED -> version == 3 ? chunked(message.u8()) : chunkedByIndex();
          case VIRTUAL -> throw message.unsupported("virtual datasets are not read");
          default -> throw message.corrupt("there is no layout of the class %d".formatted(kind));
        };
      }
      default -> throw message.unsupported("version %d of layouts is not read".formatted(version));
    };
  }

  private Hdf5Storage readOldest(Hdf5ObjectHeader header) throws IOException {
    int axes = message.u8();
    int kind = message.u8();
    message.skip(5);
    switch (kind) {
      case COMPACT -> {
        message.skip((long) axes * Integer.BYTES);
        return compact(message.u32());
      }
      case CONTIGUOUS -> {
        return contiguous(header, message.address(), length);
      }
      case CHUNKED -> {
        return chunked(axes);
      }
      default -> throw message.corrupt("there is no layout of the class %d".formatted(kind));
    }
  }

  private Hdf5Storage compact(long stored) throws IOException {
    requireUnfiltered();
    if (stored < length) {
      throw message.corrupt("%d bytes are stored of %d".formatted(stored, length));
    }
    return new Hdf5Storage.Compact(message.take(stored));
  }

  private Hdf5Storage contiguous(Hdf5ObjectHeader header, long address, long stored)
      throws IOException {
    if (header.has(Hdf5Message.EXTERNAL_FILES)) {
      throw message.unsupported("the dataset's elements are in other files");
    }
    requireUnfiltered();
    if (address == Hdf5File.UNDEFINED || length == 0) {
      return new Hdf5Storage.Unwritten(fillValue);
    }
    if (stored < length) {
      throw message.corrupt("%d bytes are stored of %d".formatted(stored, length));
    }
    return new Hdf5Storage.Contiguous(file.object(), file.offset(address, length));
  }

  private void requireUnfiltered() throws CorruptException {
    if (!filters.isEmpty()) {
      throw message.corrupt("a dataset that is not in chunks has filters");
    }
  }

  private Hdf5Storage chunked(int axes) throws IOException {
    long address = message.address();
    Hdf5ChunkGrid grid = grid(axes, Integer.BYTES);
    return chunks(grid, new Hdf5ChunkTree(file, address, grid), false);
  }

  private Hdf5Storage chunkedByIndex() throws IOException {
    int flags = message.u8();
    int axes = message.u8();
    int size = message.u8();
    if (size < 1 || size > Long.BYTES) {
      throw message.corrupt("lengths of chunks have %d bytes".formatted(size));
    }
    Hdf5ChunkGrid grid = grid(axes, size);
    int kind = message.u8();
    Hdf5ChunkIndex index =
        switch (kind) {
          case SINGLE -> single((flags & SINGLE_FILTERED) != 0, grid);
          case IMPLICIT -> implicit(grid);
          case FIXED_ARRAY -> {
            message.skip(1);
            long address = message.address();
            yield address == Hdf5File.UNDEFINED
                ? place -> Optional.empty()
                : Hdf5FixedArray.open(file, address, grid);
          }
          case EXTENSIBLE_ARRAY -> {
            message.skip(5);
            long address = message.address();
            yield address == Hdf5File.UNDEFINED
                ? place -> Optional.empty()
                : Hdf5ExtensibleArray.open(file, address, grid);
          }
          case TREE_V2 -> {
            message.skip(6);
            long address = message.address();
            yield address == Hdf5File.UNDEFINED
                ? place -> Optional.empty()
                : Hdf5ChunkTreeV2.open(file, address, grid);
          }
          default ->
              throw message.corrupt("there is no index of chunks of the kind %d".formatted(kind));
        };
    return chunks(grid, index, (flags & PARTIAL_CHUNKS_PLAIN) != 0);
  }

  private Hdf5ChunkIndex single(boolean filtered, Hdf5ChunkGrid grid) throws IOException {
    if (filtered != grid.filtered()) {
      throw message.corrupt("a chunk has filters, and its dataset has not, or the other way");
    }
    long stored = filtered ? message.length() : grid.length();
    int mask = filtered ? message.i32() : 0;
    long address = message.address();
    Optional<Hdf5Chunk> chunk =
        address == Hdf5File.UNDEFINED
            ? Optional.empty()
            : Optional.of(new Hdf5Chunk(address, stored, mask));
    for (int axis = 0; axis < grid.chunk().length; axis++) {
      if (grid.space().lengths()[axis] > grid.chunk()[axis]) {
        throw message.corrupt("a dataset in one chunk is larger than that");
      }
    }
    return place -> chunk;
  }

  /** All chunks there may ever be, one after the other. */
  private Hdf5ChunkIndex implicit(Hdf5ChunkGrid grid) throws IOException {
    if (grid.filtered()) {
      throw message.corrupt("chunks with filters have no index");
    }
    long address = message.address();
    if (address == Hdf5File.UNDEFINED) {
      return place -> Optional.empty();
    }
    file.offset(address, 0);
    Hdf5Fields at = message.fresh();
    return place -> {
      long number = grid.number(place, 0, at);
      if (number > (file.object().length() - address) / grid.length()) {
        throw at.corrupt("the chunk %d is beyond the file's end".formatted(number));
      }
      return Optional.of(new Hdf5Chunk(address + number * grid.length(), grid.length(), 0));
    };
  }

  /**
   * Reads the lengths of a chunk.
   *
   * @param axes one more than the dataset has: that of an element's bytes
   * @param size how many bytes a length has
   */
  private Hdf5ChunkGrid grid(int axes, int size) throws IOException {
    int rank = space.lengths().length;
    if (rank == 0 || axes != rank + 1) {
      throw message.corrupt("chunks have %d axes, their dataset %d".formatted(axes - 1, rank));
    }
    long[] chunk = new long[rank];
    long bytes = elementLength;
    for (int axis = 0; axis < rank; axis++) {
      chunk[axis] = message.natural(size);
      if (chunk[axis] == 0 || bytes > Long.MAX_VALUE / chunk[axis]) {
        throw message.corrupt("chunks have %d elements along an axis".formatted(chunk[axis]));
      }
      bytes *= chunk[axis];
    }
    long element = message.natural(size);
    if (element != elementLength) {
      throw message.corrupt(
          "chunks have elements of %d bytes, their dataset of %d"
              .formatted(element, elementLength));
    }
    if (!filters.isEmpty() && bytes > MAX_CHUNK) {
      throw message.unsupported(
          "compressed chunks have %d bytes (at most %d)".formatted(bytes, MAX_CHUNK));
    }
    return new Hdf5ChunkGrid(space, chunk, bytes, !filters.isEmpty());
  }

  private Hdf5Storage chunks(Hdf5ChunkGrid grid, Hdf5ChunkIndex index, boolean partialPlain) {
    return new Hdf5Chunks(
        file, index, filters, fillValue, Hdf5Chunks.Shape.of(grid, type), partialPlain);
  }
}
