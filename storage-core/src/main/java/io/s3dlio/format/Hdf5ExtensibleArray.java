package io.s3dlio.format;

import io.s3dlio.storage.CorruptException;
import java.io.IOException;
import java.util.Optional;

/**
 * The index of chunks of a dataset that may grow along one axis: an array in blocks. The first
 * elements are in the index block; the others in data blocks, which belong to super blocks, each of
 * which holds twice as many elements as the one before. The index block tells where the data blocks
 * of the first super blocks are, and where the other super blocks are, which tell of theirs.
 */
final class Hdf5ExtensibleArray implements Hdf5ChunkIndex {
  /** The signature, the version and the client. */
  private static final int HEAD = 6;

  private static final int SUM = 4;

  private final Hdf5File file;
  private final Hdf5ChunkGrid grid;
  private final int growing;
  private final int elementLength;
  private final int maxBits;
  private final int indexElements;
  private final long blockElements;
  private final long pageElements;
  private final int superBlocksInIndex;
  private final int dataBlocksInIndex;
  private final long index;

  private Hdf5ExtensibleArray(Hdf5File file, Hdf5ChunkGrid grid, int growing, Hdf5Fields header)
      throws IOException {
    this.file = file;
    this.grid = grid;
    this.growing = growing;
    header.signature("EAHD");
    Hdf5FixedArray.requireKind(header, grid);
    this.elementLength = header.u8();
    grid.requireElementLength(elementLength, header);
    this.maxBits = header.u8();
    this.indexElements = header.u8();
    this.blockElements = header.u8();
    int pointers = header.u8();
    int pageBits = header.u8();
    header.skip(6L * file.lengthSize());
    this.index = header.address();
    header.withoutSum();
    boolean sane =
        maxBits > 0
            && maxBits < Long.SIZE
            && Long.bitCount(blockElements) == 1
            && Integer.bitCount(pointers) == 1
            && pointers > 1
            && pageBits < Integer.SIZE - 1
            && Long.numberOfTrailingZeros(blockElements) <= maxBits
            && 2 * Integer.numberOfTrailingZeros(pointers) <= superBlocks();
    if (!sane) {
      throw header.corrupt("an index of chunks has blocks of impossible lengths");
    }
    this.pageElements = 1L << pageBits;
    this.superBlocksInIndex = 2 * Integer.numberOfTrailingZeros(pointers);
    this.dataBlocksInIndex = 2 * (pointers - 1);
  }

  static Hdf5ChunkIndex open(Hdf5File file, long address, Hdf5ChunkGrid grid) throws IOException {
    Hdf5Fields header =
        file.fields(address, HEAD + 6 + 6L * file.lengthSize() + file.offsetSize() + SUM);
    return new Hdf5ExtensibleArray(file, grid, growing(grid, header), header);
  }

  private static int growing(Hdf5ChunkGrid grid, Hdf5Fields at) throws CorruptException {
    for (int axis = 0; axis < grid.chunk().length; axis++) {
      if (grid.space().limits()[axis] == Hdf5Dataspace.UNLIMITED) {
        return axis;
      }
    }
    throw at.corrupt("an index for a dataset that grows is that of one that does not");
  }

  private int superBlocks() {
    return 1 + maxBits - Long.numberOfTrailingZeros(blockElements);
  }

  @Override
  public Optional<Hdf5Chunk> find(long[] place) throws IOException {
    if (index == Hdf5File.UNDEFINED) {
      return Optional.empty();
    }
    int superBlocksBeside = superBlocks() - superBlocksInIndex;
    long addresses = (long) dataBlocksInIndex + superBlocksBeside;
    long prefix = (long) HEAD + file.offsetSize();
    long elementsEnd = prefix + (long) indexElements * elementLength;
    Hdf5Fields block =
        file.fields(index, elementsEnd + addresses * file.offsetSize() + SUM).withoutSum();
    block.signature("EAIB");
    Hdf5FixedArray.requireKind(block, grid);
    long number = grid.number(place, growing, block);
    if (number < indexElements) {
      return grid.chunk(block.at(prefix + number * elementLength), elementLength);
    }
    long beyond = number - indexElements;
    int superBlock = Long.SIZE - 1 - Long.numberOfLeadingZeros(beyond / blockElements + 1);
    if (superBlock >= superBlocks()) {
      throw block.corrupt("an index of chunks has no element %d".formatted(number));
    }
    long inside = beyond - ((1L << superBlock) - 1) * blockElements;
    long elements = blockElements << ((superBlock + 1) / 2);
    long dataBlock = inside / elements;
    long element = inside % elements;
    if (superBlock < superBlocksInIndex) {
      long number0 = firstDataBlock(superBlock) + dataBlock;
      long address = block.at(elementsEnd + number0 * file.offsetSize()).address();
      return address == Hdf5File.UNDEFINED ? Optional.empty() : whole(address, elements, element);
    }
    long at = (long) dataBlocksInIndex + superBlock - superBlocksInIndex;
    long address = block.at(elementsEnd + at * file.offsetSize()).address();
    return address == Hdf5File.UNDEFINED
        ? Optional.empty()
        : inSuperBlock(address, 1L << (superBlock / 2), dataBlock, elements, element);
  }

  /** Returns how many data blocks the super blocks before one have. */
  private static long firstDataBlock(int superBlock) {
    // They have 1, 1, 2, 2, 4, 4, and so on.
    long pairs = (1L << (superBlock / 2)) - 1;
    return 2 * pairs + (superBlock % 2 == 0 ? 0 : 1L << (superBlock / 2));
  }

  private int arrayOffsetLength() {
    return (maxBits + Byte.SIZE - 1) / Byte.SIZE;
  }

  private Optional<Hdf5Chunk> inSuperBlock(
      long address, long dataBlocks, long dataBlock, long elements, long element)
      throws IOException {
    boolean paged = elements > pageElements;
    long bitmap = paged ? (elements / pageElements - 1) / Byte.SIZE + 1 : 0;
    long bitmaps = (long) HEAD + file.offsetSize() + arrayOffsetLength();
    long blocks = bitmaps + dataBlocks * bitmap;
    Hdf5Fields fields =
        file.fields(address, blocks + dataBlocks * file.offsetSize() + SUM).withoutSum();
    fields.signature("EASB");
    Hdf5FixedArray.requireKind(fields, grid);
    long data = fields.at(blocks + dataBlock * file.offsetSize()).address();
    if (data == Hdf5File.UNDEFINED) {
      return Optional.empty();
    }
    if (!paged) {
      return whole(data, elements, element);
    }
    long page = element / pageElements;
    // Bits of all data blocks follow each other, although there is room for bytes of each.
    long bit = dataBlock * (elements / pageElements) + page;
    int bits = fields.at(bitmaps + bit / Byte.SIZE).u8();
    return (bits & (0x80 >>> (bit % Byte.SIZE))) == 0
        ? Optional.empty()
        : inPage(data, page, element % pageElements);
  }

  private long dataPrefix() {
    return (long) HEAD + file.offsetSize() + arrayOffsetLength();
  }

  private Optional<Hdf5Chunk> whole(long address, long elements, long element) throws IOException {
    Hdf5Fields fields =
        file.fields(address, dataPrefix() + elements * elementLength + SUM).withoutSum();
    requireDataBlock(fields);
    return grid.chunk(fields.at(dataPrefix() + element * elementLength), elementLength);
  }

  private Optional<Hdf5Chunk> inPage(long address, long page, long element) throws IOException {
    requireDataBlock(file.fields(address, dataPrefix() + SUM).withoutSum());
    long pageLength = pageElements * elementLength + SUM;
    long start = dataPrefix() + SUM + page * pageLength;
    Hdf5Fields fields = file.fields(address + start, pageLength).withoutSum();
    return grid.chunk(fields.at(element * elementLength), elementLength);
  }

  private void requireDataBlock(Hdf5Fields fields) throws IOException {
    fields.signature("EADB");
    Hdf5FixedArray.requireKind(fields, grid);
  }
}
