package io.s3dlio.format;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Reads objects of a fractal heap of HDF5: small ones, in blocks that double in length. */
final class Hdf5FractalHeap {
  /** The signature and the version. */
  private static final int BLOCK_HEAD = 5;

  private static final int SUM = 4;
  private static final int CHECKED = 1 << 1;

  // Kinds of an object, in its identifier's first byte.
  private static final int KIND = 3 << 4;
  private static final int MANAGED = 0;
  private static final int VERSION = 3 << 6;

  private final Hdf5File file;
  private final boolean checked;
  private final int idLength;
  private final int width;
  private final long startLength;
  private final long maxDirect;
  private final int offsetLength;
  private final int lengthLength;
  private final long root;
  private final int rootRows;

  private record Place(long offset, int length) {}

  /** A block with objects. */
  private record Block(long start, long length, Hdf5Fields fields) {}

  /** Takes an object. */
  interface Objects {
    void accept(Hdf5Fields object) throws IOException;
  }

  private Hdf5FractalHeap(Hdf5File file, Hdf5Fields header) throws IOException {
    this.file = file;
    header.signature("FRHP");
    int version = header.u8();
    if (version != 0) {
      throw header.unsupported("version %d of a heap is not read".formatted(version));
    }
    this.idLength = header.u16();
    int filters = header.u16();
    this.checked = (header.u8() & CHECKED) != 0;
    long maxObject = header.u32();
    // What is known of huge objects and of free space.
    header.skip(2L * file.lengthSize() + 2L * file.offsetSize());
    // How much space there is, and how many objects.
    header.skip(8L * file.lengthSize());
    this.width = header.u16();
    this.startLength = header.length();
    this.maxDirect = header.length();
    int maxBits = header.u16();
    header.skip(Short.BYTES);
    this.root = header.address();
    this.rootRows = header.u16();
    if (filters != 0) {
      throw header.unsupported("a heap is compressed");
    }
    header.withoutSum();
    this.offsetLength = (maxBits + Byte.SIZE - 1) / Byte.SIZE;
    this.lengthLength = sizeOf(Math.min(maxDirect, maxObject));
    boolean sane =
        width > 0
            && maxBits > 0
            && maxBits < Long.SIZE
            && isPowerOfTwo(width)
            && isPowerOfTwo(startLength)
            && isPowerOfTwo(maxDirect)
            && startLength <= maxDirect
            && maxDirect <= Hdf5File.MAX_STRUCTURE
            && Long.numberOfTrailingZeros(width * startLength) + rootRows < Long.SIZE - 1
            && idLength >= 1 + offsetLength + lengthLength;
    if (!sane) {
      throw header.corrupt("a heap has blocks of impossible lengths");
    }
  }

  static Hdf5FractalHeap open(Hdf5File file, long address) throws IOException {
    int length = 26 + 12 * file.lengthSize() + 3 * file.offsetSize();
    return new Hdf5FractalHeap(file, file.fields(address, length));
  }

  private static boolean isPowerOfTwo(long value) {
    return Long.bitCount(value) == 1;
  }

  private static int sizeOf(long limit) {
    return (Long.SIZE - 1 - Long.numberOfLeadingZeros(Math.max(1, limit))) / Byte.SIZE + 1;
  }

  /**
   * Reads objects, each block once.
   *
   * @param ids what names the objects, each from its position on; in any order
   */
  void forEach(List<Hdf5Fields> ids, Objects objects) throws IOException {
    List<Place> places = new ArrayList<>();
    for (Hdf5Fields id : ids) {
      places.add(place(id));
    }
    places.sort(Comparator.comparingLong(Place::offset));
    Block block = null;
    for (Place place : places) {
      if (block == null || place.offset >= block.start + block.length) {
        block = find(place.offset);
      }
      objects.accept(block.fields.at(place.offset - block.start).part(place.length));
    }
  }

  private Place place(Hdf5Fields id) throws IOException {
    int first = id.u8();
    if ((first & VERSION) != 0) {
      throw id.corrupt("an object in a heap is named in no known way");
    }
    if ((first & KIND) != MANAGED) {
      throw id.unsupported("a link with a name of some thousand bytes is not read");
    }
    long offset = id.natural(offsetLength);
    return new Place(offset, (int) Math.min(Integer.MAX_VALUE, id.natural(lengthLength)));
  }

  private Block find(long offset) throws IOException {
    if (rootRows == 0) {
      return direct(root, 0, startLength, offset);
    }
    long address = root;
    long start = 0;
    int rows = rootRows;
    while (true) {
      Hdf5Fields block = indirect(address, rows);
      long inside = offset - start;
      int row = row(inside);
      if (row >= rows) {
        throw block.corrupt("a heap has no byte %d".formatted(offset));
      }
      long length = length(row);
      long rowStart = row == 0 ? 0 : width * length;
      long column = (inside - rowStart) / length;
      long blockStart = start + rowStart + column * length;
      address = block.skip((row * (long) width + column) * file.offsetSize()).address();
      if (length <= maxDirect) {
        return direct(address, blockStart, length, offset);
      }
      // A block of blocks is shorter than the one that it is in.
      rows =
          Long.numberOfTrailingZeros(length) - Long.numberOfTrailingZeros(width * startLength) + 1;
      start = blockStart;
    }
  }

  /** Returns which row of blocks a byte is in: each is as long as all before it, but the first. */
  private int row(long offset) {
    long firsts = offset / (width * startLength);
    return Long.SIZE - Long.numberOfLeadingZeros(firsts);
  }

  private long length(int row) {
    return row <= 1 ? startLength : startLength << (row - 1);
  }

  private Hdf5Fields indirect(long address, int rows) throws IOException {
    long head = BLOCK_HEAD + (long) file.offsetSize() + offsetLength;
    long children = (long) rows * width * file.offsetSize();
    Hdf5Fields block = file.fields(address, head + children + SUM).withoutSum();
    block.signature("FHIB");
    return block.at(head);
  }

  private Block direct(long address, long start, long length, long offset) throws IOException {
    if (offset - start >= length) {
      throw file.object().corrupt(file.offset(0, 0), "a heap has no byte %d".formatted(offset));
    }
    Hdf5Fields block = file.fields(address, length);
    block.signature("FHDB");
    if (checked) {
      block.verifyInnerSum(BLOCK_HEAD + file.offsetSize() + offsetLength);
    }
    return new Block(start, length, block);
  }
}
