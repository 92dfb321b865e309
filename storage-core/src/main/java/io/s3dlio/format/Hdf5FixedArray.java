package io.s3dlio.format;

import java.io.IOException;
import java.util.Optional;

/** The index of chunks of a dataset that cannot grow beyond a limit: an array, maybe in pages. */
final class Hdf5FixedArray implements Hdf5ChunkIndex {
  /** The signature, the version and the client. */
  private static final int HEAD = 6;

  private static final int SUM = 4;

  private final Hdf5File file;
  private final Hdf5ChunkGrid grid;
  private final int elementLength;
  private final long elements;
  private final long pageElements;
  private final long block;

  private Hdf5FixedArray(
      Hdf5File file,
      Hdf5ChunkGrid grid,
      int elementLength,
      long elements,
      long pageElements,
      long block) {
    this.file = file;
    this.grid = grid;
    this.elementLength = elementLength;
    this.elements = elements;
    this.pageElements = pageElements;
    this.block = block;
  }

  static Hdf5ChunkIndex open(Hdf5File file, long address, Hdf5ChunkGrid grid) throws IOException {
    Hdf5Fields header =
        file.fields(address, HEAD + 2 + file.lengthSize() + file.offsetSize() + SUM);
    header.signature("FAHD");
    requireKind(header, grid);
    int elementLength = header.u8();
    grid.requireElementLength(elementLength, header);
    int pageBits = header.u8();
    long elements = header.length();
    long block = header.address();
    header.withoutSum();
    if (pageBits >= Integer.SIZE - 1 || elements > Long.MAX_VALUE / Byte.MAX_VALUE) {
      throw header.corrupt(
          "an array has %d elements in pages of 2^%d".formatted(elements, pageBits));
    }
    return new Hdf5FixedArray(file, grid, elementLength, elements, 1L << pageBits, block);
  }

  /** Checks a structure's version and client, which are the same in all kinds of arrays. */
  static void requireKind(Hdf5Fields fields, Hdf5ChunkGrid grid) throws IOException {
    int version = fields.u8();
    if (version != 0) {
      throw fields.unsupported("version %d of an index of chunks is not read".formatted(version));
    }
    int client = fields.u8();
    if (client != (grid.filtered() ? 1 : 0)) {
      throw fields.corrupt("an index of chunks is of the kind %d".formatted(client));
    }
  }

  @Override
  public Optional<Hdf5Chunk> find(long[] place) throws IOException {
    if (block == Hdf5File.UNDEFINED) {
      return Optional.empty();
    }
    long number = grid.number(place, 0, file.fields(block, 0));
    if (number >= elements) {
      throw file.fields(block, 0)
          .corrupt("an index of chunks has %d elements, none %d".formatted(elements, number));
    }
    long prefix = (long) HEAD + file.offsetSize();
    if (elements <= pageElements) {
      Hdf5Fields whole = file.fields(block, prefix + elements * elementLength + SUM).withoutSum();
      requireBlock(whole);
      return grid.chunk(whole.at(prefix + number * elementLength), elementLength);
    }
    long page = number / pageElements;
    long pages = (elements - 1) / pageElements + 1;
    prefix += (pages - 1) / Byte.SIZE + 1;
    Hdf5Fields head = file.fields(block, prefix + SUM).withoutSum();
    requireBlock(head);
    head.at((long) HEAD + file.offsetSize() + page / Byte.SIZE);
    if ((head.u8() & (0x80 >>> (page % Byte.SIZE))) == 0) {
      return Optional.empty();
    }
    long start = prefix + SUM + page * (pageElements * elementLength + SUM);
    long count = Math.min(pageElements, elements - page * pageElements);
    Hdf5Fields some = file.fields(block + start, count * elementLength + SUM).withoutSum();
    return grid.chunk(some.at(number % pageElements * elementLength), elementLength);
  }

  private void requireBlock(Hdf5Fields fields) throws IOException {
    fields.signature("FADB");
    requireKind(fields, grid);
  }
}
