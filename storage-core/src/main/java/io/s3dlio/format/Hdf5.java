package io.s3dlio.format;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * HDF5 in its oldest form, which every reader knows: a superblock of version 0 and a group with two
 * contiguous datasets, {@code records_0}, images with the samples first, and {@code labels},
 * integers of 64 bits. The images are the end of the file: what stands before them.
 */
public final class Hdf5 {
  private static final byte[] SIGNATURE = {(byte) 0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};
  private static final long UNDEFINED = -1;

  /** How many entries a node of a group has at most: twice this. */
  private static final int LEAF_K = 4;

  /** How many children a node of a tree has at most: twice this. */
  private static final int INTERNAL_K = 16;

  private static final String LABELS = "labels";
  private static final String RECORDS = "records_0";

  // Where names stand in the heap, after the empty one; sorted, as a group's entries are.
  private static final int LABELS_NAME = 8;
  private static final int RECORDS_NAME = 16;
  private static final int HEAP_DATA_LENGTH = 32;

  // Where everything is. A dataset's header is as long as its messages are.
  private static final int ROOT_HEADER = 96;
  private static final int TREE = ROOT_HEADER + 40;
  private static final int HEAP =
      TREE + 24 + (2 * INTERNAL_K + 1) * Long.BYTES + 2 * INTERNAL_K * Long.BYTES;
  private static final int HEAP_DATA = HEAP + 32;
  private static final int ENTRIES = HEAP_DATA + HEAP_DATA_LENGTH;
  private static final int ENTRY_LENGTH = 40;

  /** Where the group's entry of the images keeps the address of their header. */
  static final int RECORDS_ADDRESS = ENTRIES + 8 + ENTRY_LENGTH + 8;

  private static final int LABELS_HEADER = ENTRIES + 8 + 2 * LEAF_K * ENTRY_LENGTH;
  private static final int RECORDS_HEADER = LABELS_HEADER + headerLength(ElementType.INT64, 1);

  // Messages of object headers.
  private static final short DATASPACE = 1;
  private static final short DATATYPE = 3;
  private static final short FILL_VALUE = 5;
  private static final short LAYOUT = 8;
  private static final short SYMBOL_TABLE = 17;
  private static final int MESSAGE_HEAD = 8;
  private static final byte CONSTANT = 1;

  /** Of images whose shape follows from the file's length. */
  private static final int IMAGE_AXES = 2;

  private Hdf5() {}

  /** Returns the length of the smallest file of so many images. */
  public static long minLength(ElementType type, int samples) {
    return around(type, IMAGE_AXES, samples) + (long) samples * type.bytes();
  }

  /** Returns the length of a file of such images, with nothing left over. */
  public static long length(ImageShape shape) {
    return around(shape.type(), shape.sample().size(), shape.samples()) + shape.length();
  }

  private static long around(ElementType type, int axes, int samples) {
    return labelsData(type, axes) + (long) samples * Long.BYTES;
  }

  private static int labelsData(ElementType type, int axes) {
    return RECORDS_HEADER + headerLength(type, 1 + axes);
  }

  /**
   * Returns the shape of images, the samples first, in a file of exactly this length.
   *
   * @param length at least {@link #minLength}
   */
  public static ImageShape shape(long length, ElementType type, int samples) {
    return ImageShape.within(length - around(type, IMAGE_AXES, samples), type, samples);
  }

  /**
   * Returns what stands before the images in a file of exactly this length.
   *
   * @param firstLabel the label of the first sample; the others count up
   */
  public static byte[] head(long length, ImageShape shape, long firstLabel) {
    int samples = shape.samples();
    long images = length - shape.length();
    int labels = labelsData(shape.type(), shape.sample().size());
    ByteBuffer head = LittleEndian.allocate(Math.toIntExact(images));
    putSuperblock(head, length);
    putRootHeader(head);
    putTree(head);
    putHeap(head);
    putEntries(head);
    putDataset(head, ElementType.INT64, labels, samples);
    putDataset(head, shape.type(), images, shape.samplesFirst());
    return Labels.put(firstLabel, samples, head).array();
  }

  private static void putSuperblock(ByteBuffer target, long length) {
    // The versions of the superblock, the free space, the root group and shared messages.
    target.put(SIGNATURE).put(new byte[5]);
    target.put((byte) Long.BYTES).put((byte) Long.BYTES).put((byte) 0);
    target.putShort((short) LEAF_K).putShort((short) INTERNAL_K).putInt(0);
    target.putLong(0).putLong(UNDEFINED).putLong(length).putLong(UNDEFINED);
    // The root group's entry keeps where its tree and heap are.
    target.putLong(0).putLong(ROOT_HEADER).putInt(1).putInt(0).putLong(TREE).putLong(HEAP);
  }

  private static void putRootHeader(ByteBuffer target) {
    putHeaderHead(target, 1, MESSAGE_HEAD + 2 * Long.BYTES);
    putMessageHead(target, SYMBOL_TABLE, 2 * Long.BYTES, (byte) 0);
    target.putLong(TREE).putLong(HEAP);
  }

  private static void putTree(ByteBuffer target) {
    putText(target, "TREE");
    // A leaf, of groups, with one child between the names before and after.
    target.put((byte) 0).put((byte) 0).putShort((short) 1).putLong(UNDEFINED).putLong(UNDEFINED);
    target.putLong(0).putLong(ENTRIES).putLong(RECORDS_NAME);
    target.position(HEAP);
  }

  private static void putHeap(ByteBuffer target) {
    putText(target, "HEAP");
    // Nothing in it is free, which is written as 1.
    target.putInt(0).putLong(HEAP_DATA_LENGTH).putLong(1).putLong(HEAP_DATA);
    putText(target.position(HEAP_DATA + LABELS_NAME), LABELS);
    putText(target.position(HEAP_DATA + RECORDS_NAME), RECORDS);
    target.position(ENTRIES);
  }

  private static void putEntries(ByteBuffer target) {
    putText(target, "SNOD");
    target.put((byte) 1).put((byte) 0).putShort((short) 2);
    target.putLong(LABELS_NAME).putLong(LABELS_HEADER).put(new byte[ENTRY_LENGTH - 16]);
    target.putLong(RECORDS_NAME).putLong(RECORDS_HEADER);
    target.position(LABELS_HEADER);
  }

  private static int headerLength(ElementType type, int dimensions) {
    return 16 + messagesLength(type, dimensions);
  }

  private static int messagesLength(ElementType type, int dimensions) {
    return 4 * MESSAGE_HEAD + 8 + dimensions * Long.BYTES + Hdf5Type.message(type).length + 8 + 24;
  }

  /** Puts the header of a dataset. */
  private static void putDataset(
      ByteBuffer target, ElementType type, long data, long... dimensions) {
    putHeaderHead(target, 4, messagesLength(type, dimensions.length));

    putMessageHead(target, DATASPACE, 8 + dimensions.length * Long.BYTES, (byte) 0);
    target.put((byte) 1).put((byte) dimensions.length).put(new byte[6]);
    long length = type.bytes();
    for (long dimension : dimensions) {
      target.putLong(dimension);
      length *= dimension;
    }

    byte[] message = Hdf5Type.message(type);
    putMessageHead(target, DATATYPE, message.length, CONSTANT);
    target.put(message);

    putMessageHead(target, FILL_VALUE, 8, CONSTANT);
    // Version 2, memory taken at once, written if there is one, the default.
    target.put((byte) 2).put((byte) 1).put((byte) 2).put((byte) 1).putInt(0);

    putMessageHead(target, LAYOUT, 24, (byte) 0);
    target.put((byte) 3).put((byte) 1).putLong(data).putLong(length).put(new byte[6]);
  }

  private static void putHeaderHead(ByteBuffer target, int messages, int length) {
    // Version 1, and one link leads here; messages are aligned.
    target.put((byte) 1).put((byte) 0).putShort((short) messages).putInt(1);
    target.putInt(length).putInt(0);
  }

  private static void putMessageHead(ByteBuffer target, short type, int length, byte flags) {
    target.putShort(type).putShort((short) length).put(flags).put(new byte[3]);
  }

  private static void putText(ByteBuffer target, String text) {
    target.put(text.getBytes(StandardCharsets.US_ASCII));
  }
}
