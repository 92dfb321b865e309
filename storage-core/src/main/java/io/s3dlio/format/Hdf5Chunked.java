package io.s3dlio.format;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A file of {@link Hdf5} whose images are in chunks, each compressed by itself: what stands before
 * the chunks. It is made of the file that stores them as they are: that one's beginning, in which
 * the group leads to another header of the images, that header, and a tree that tells where the
 * chunks are.
 *
 * <p>A chunk is a sample, or a part of one that lies together.
 */
public final class Hdf5Chunked {
  /** How much of a file's beginning has everything that stands before the images. */
  public static final int BEGINNING = 64 << 10;

  private static final int END_OF_FILE = 40;
  private static final int HEADER_HEAD = 16;
  private static final int MESSAGE_HEAD = 8;

  private static final int DATASPACE = 1;
  private static final int DATATYPE = 3;
  private static final int FILL_VALUE = 5;
  private static final int LAYOUT = 8;
  private static final int FILTERS = 11;
  private static final byte CONSTANT = 1;

  private static final int DEFLATE = 1;
  private static final long UNDEFINED = -1;

  /** How many children a node of a tree of chunks has at most where the superblock says nothing. */
  private static final int CHILDREN = 64;

  private static final int NODE_HEAD = 24;

  private final byte[] before;
  private final List<byte[]> messages;
  private final long[] dimensions;
  private final int itemSize;
  private final long[] chunk;
  private final int level;

  private Hdf5Chunked(
      byte[] before,
      List<byte[]> messages,
      long[] dimensions,
      int itemSize,
      int maxChunk,
      int level) {
    this.before = before;
    this.messages = messages;
    this.dimensions = dimensions;
    this.itemSize = itemSize;
    this.chunk = chunk(dimensions, itemSize, maxChunk);
    this.level = level;
  }

  /**
   * @param beginning of a file that {@link Hdf5} made: {@link #BEGINNING} of it, or all
   * @param maxChunk how many bytes a chunk holds at most; an element at least
   * @param level of deflate, which the file tells
   */
  public static Hdf5Chunked of(byte[] beginning, int maxChunk, int level) {
    ByteBuffer file = LittleEndian.of(beginning);
    int at = Math.toIntExact(file.getLong(Hdf5.RECORDS_ADDRESS));
    int count = file.getShort(at + 2);
    at += HEADER_HEAD;
    List<byte[]> kept = new ArrayList<>();
    long[] dimensions = {};
    int itemSize = 0;
    long images = 0;
    for (int i = 0; i < count; i++) {
      int type = file.getShort(at);
      int length = file.getShort(at + 2);
      int data = at + MESSAGE_HEAD;
      switch (type) {
        case DATASPACE -> {
          dimensions = new long[file.get(data + 1)];
          for (int axis = 0; axis < dimensions.length; axis++) {
            dimensions[axis] = file.getLong(data + 8 + axis * Long.BYTES);
          }
        }
        case DATATYPE -> itemSize = file.getInt(data + 4);
        case LAYOUT -> images = file.getLong(data + 2);
        default -> {}
      }
      if (type == DATASPACE || type == DATATYPE || type == FILL_VALUE) {
        kept.add(Arrays.copyOfRange(beginning, at, data + length));
      }
      at = data + length;
    }
    byte[] before = Arrays.copyOf(beginning, Math.toIntExact(images + 7) / 8 * 8);
    Arrays.fill(before, (int) images, before.length, (byte) 0);
    return new Hdf5Chunked(before, kept, dimensions, itemSize, maxChunk, level);
  }

  /**
   * Returns the lengths of a chunk: those of a sample, cut at the first axis where that is much.
   */
  private static long[] chunk(long[] dimensions, int itemSize, int maxChunk) {
    long[] chunk = dimensions.clone();
    chunk[0] = 1;
    long elements = Math.max(1, maxChunk / itemSize);
    for (int axis = dimensions.length - 1; axis > 0; axis--) {
      chunk[axis] = Math.min(dimensions[axis], elements);
      elements = Math.max(1, elements / chunk[axis]);
      if (chunk[axis] < dimensions[axis]) {
        elements = 1;
      }
    }
    return chunk;
  }

  /** Returns how many chunks there are. */
  public int chunks() {
    long count = 1;
    for (int axis = 0; axis < chunk.length; axis++) {
      count = Math.multiplyExact(count, along(axis));
    }
    return Math.toIntExact(count);
  }

  /** Returns how many chunks there are along an axis. */
  private long along(int axis) {
    return (dimensions[axis] + chunk[axis] - 1) / chunk[axis];
  }

  /** Returns how many bytes every chunk holds; the last along an axis may be filled up. */
  public int chunkLength() {
    return Math.toIntExact(product(chunk) * itemSize);
  }

  private static long product(long[] lengths) {
    return Arrays.stream(lengths).reduce(1, Math::multiplyExact);
  }

  /** Returns where among the images' bytes a chunk's begin; they lie together. */
  public long chunkStart(int number) {
    long[] first = first(number);
    long element = 0;
    for (int axis = 0; axis < first.length; axis++) {
      element = element * dimensions[axis] + first[axis];
    }
    return element * itemSize;
  }

  /** Returns how many bytes of the images a chunk holds: fewer than it is long if it is cut off. */
  public int chunkData(int number) {
    long[] first = first(number);
    long elements = 1;
    for (int axis = 0; axis < first.length; axis++) {
      elements *= Math.min(chunk[axis], dimensions[axis] - first[axis]);
    }
    return (int) (elements * itemSize);
  }

  /** Returns where a chunk's first element is. */
  private long[] first(int number) {
    long[] first = new long[chunk.length];
    long rest = number;
    for (int axis = chunk.length - 1; axis >= 0; axis--) {
      first[axis] = rest % along(axis) * chunk[axis];
      rest /= along(axis);
    }
    return first;
  }

  /** Returns how many bytes the images have, which are the end of the file that stores them. */
  public long imagesLength() {
    return product(dimensions) * itemSize;
  }

  /**
   * Returns what stands before the chunks.
   *
   * @param ends where each compressed chunk ends, counted from the first one's beginning
   */
  public byte[] head(long[] ends) {
    int tree = before.length + HEADER_HEAD + messagesLength();
    int[] levels = levels(ends.length);
    long nodes = Arrays.stream(levels).asLongStream().sum();
    long chunks = tree + nodes * nodeLength();
    long root = chunks - nodeLength();

    byte[] bytes = new byte[Math.toIntExact(chunks)];
    ByteBuffer head = LittleEndian.of(bytes);
    head.put(before);
    head.putLong(END_OF_FILE, chunks + ends[ends.length - 1]);
    head.putLong(Hdf5.RECORDS_ADDRESS, before.length);
    putHeader(head, root);
    new Tree(head, tree, chunks, ends).put(levels);
    return bytes;
  }

  private int layoutLength() {
    int length = 3 + Long.BYTES + (dimensions.length + 1) * Integer.BYTES;
    return (length + 7) / 8 * 8;
  }

  private int messagesLength() {
    int kept = messages.stream().mapToInt(message -> message.length).sum();
    return kept + MESSAGE_HEAD + 32 + MESSAGE_HEAD + layoutLength();
  }

  private void putHeader(ByteBuffer target, long root) {
    // Version 1, and one link leads here.
    target.put((byte) 1).put((byte) 0).putShort((short) (messages.size() + 2)).putInt(1);
    target.putInt(messagesLength()).putInt(0);
    messages.forEach(target::put);

    putMessageHead(target, FILTERS, 32, CONSTANT);
    // Version 1, one filter, which is not to be left out, with a name and a value.
    target.put((byte) 1).put((byte) 1).put(new byte[6]);
    target.putShort((short) DEFLATE).putShort((short) 8).putShort((short) 0).putShort((short) 1);
    target.put("deflate\0".getBytes(StandardCharsets.US_ASCII)).putInt(level).putInt(0);

    int end = target.position() + MESSAGE_HEAD + layoutLength();
    putMessageHead(target, LAYOUT, layoutLength(), (byte) 0);
    // Version 3, in chunks; the length of an element counts as another axis.
    target.put((byte) 3).put((byte) 2).put((byte) (chunk.length + 1)).putLong(root);
    for (long length : chunk) {
      target.putInt((int) length);
    }
    target.putInt(itemSize).position(end);
  }

  private static void putMessageHead(ByteBuffer target, int type, int length, byte flags) {
    target.putShort((short) type).putShort((short) length).put(flags).put(new byte[3]);
  }

  private int keyLength() {
    return 2 * Integer.BYTES + (dimensions.length + 1) * Long.BYTES;
  }

  private int nodeLength() {
    return NODE_HEAD + (CHILDREN + 1) * keyLength() + CHILDREN * Long.BYTES;
  }

  /** Returns how many nodes there are at each level, the leaves first. */
  private static int[] levels(int chunks) {
    List<Integer> levels = new ArrayList<>();
    int nodes = chunks;
    do {
      nodes = (nodes + CHILDREN - 1) / CHILDREN;
      levels.add(nodes);
    } while (nodes > 1);
    return levels.stream().mapToInt(Integer::intValue).toArray();
  }

  /** The tree of chunks: its nodes level by level, the root last. */
  private final class Tree {
    private final ByteBuffer target;
    private final long start;
    private final long chunks;
    private final long[] ends;

    Tree(ByteBuffer target, long start, long chunks, long[] ends) {
      this.target = target;
      this.start = start;
      this.chunks = chunks;
      this.ends = ends;
    }

    void put(int[] levels) {
      long below = chunks;
      long address = start;
      long covers = 1;
      int children = ends.length;
      for (int level = 0; level < levels.length; level++) {
        for (int node = 0; node < levels[level]; node++) {
          target.position(Math.toIntExact(address + (long) node * nodeLength()));
          int first = node * CHILDREN;
          int last = Math.min(children, first + CHILDREN);
          putText("TREE");
          target.put((byte) 1).put((byte) level).putShort((short) (last - first));
          putNeighbour(address, node - 1, levels[level]);
          putNeighbour(address, node + 1, levels[level]);
          for (int child = first; child < last; child++) {
            putKey(child * covers);
            target.putLong(level == 0 ? chunkAddress(child) : below + (long) child * nodeLength());
          }
          putKey(Math.min(ends.length, last * covers));
        }
        below = address;
        address += (long) levels[level] * nodeLength();
        children = levels[level];
        covers *= CHILDREN;
      }
    }

    private void putNeighbour(long address, int node, int nodes) {
      boolean isThere = node >= 0 && node < nodes;
      target.putLong(isThere ? address + (long) node * nodeLength() : UNDEFINED);
    }

    private long chunkAddress(int number) {
      return chunks + (number == 0 ? 0 : ends[number - 1]);
    }

    /** Puts what is known of a chunk, or what is beyond the last. */
    private void putKey(long number) {
      boolean isEnd = number == ends.length;
      int chunkNumber = (int) (isEnd ? number - 1 : number);
      long before = chunkNumber == 0 ? 0 : ends[chunkNumber - 1];
      target.putInt(isEnd ? 0 : (int) (ends[chunkNumber] - before)).putInt(0);
      long[] first = first(chunkNumber);
      for (int axis = 0; axis < first.length; axis++) {
        target.putLong(first[axis] + (isEnd ? chunk[axis] : 0));
      }
      target.putLong(0);
    }

    private void putText(String text) {
      target.put(text.getBytes(StandardCharsets.US_ASCII));
    }
  }
}
