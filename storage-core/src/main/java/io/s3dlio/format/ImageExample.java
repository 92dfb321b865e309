package io.s3dlio.format;

import io.s3dlio.storage.checksum.Crc;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A {@code tf.train.Example} with two features, {@code image} (bytes) and {@code size} (int64, how
 * many bytes the image has), in as many bytes as are asked for: what stands around the image.
 *
 * <p>Most lengths come about as TensorFlow writes such messages. A length varies in how many bytes
 * it takes itself, so that some cannot: those have {@code size} as a list that is not packed (a
 * byte less), an empty {@code Features} message after the first (two bytes more), or both. Readers
 * of protobuf must accept either and see the same Example.
 */
public final class ImageExample {
  /** The length of the shortest: one without an image. */
  public static final int MIN_LENGTH = 32;

  /** The most that stands around an image. */
  private static final int MAX_AROUND = 100;

  // Tags of protobuf: the field's number and how its value is written.
  private static final int VARINT_1 = 1 << 3;
  private static final int BYTES_1 = 1 << 3 | 2;
  private static final int BYTES_2 = 2 << 3 | 2;
  private static final int INT64_LIST = 3 << 3 | 2;

  /** How an Example is written that holds the same to every reader. */
  private record Form(boolean packed, boolean padded) {}

  private static final Form[] FORMS = {
    new Form(true, false), new Form(false, false), new Form(true, true), new Form(false, true)
  };

  private final byte[] before;
  private final long imageLength;
  private final byte[] after;

  /** The sum of the Example, had the image the sum 0. */
  private final int sumAround;

  private ImageExample(byte[] before, long imageLength, byte[] after) {
    this.before = before;
    this.imageLength = imageLength;
    this.after = after;
    int sumBefore = Crc.CRC32C.combine(Crc.CRC32C.of(before), 0, imageLength);
    this.sumAround = Crc.CRC32C.combine(sumBefore, Crc.CRC32C.of(after), after.length);
  }

  /**
   * Returns an Example of exactly this length.
   *
   * @throws IllegalArgumentException if it is less than {@link #MIN_LENGTH}
   */
  public static ImageExample ofLength(long length) {
    if (length < MIN_LENGTH) {
      throw new IllegalArgumentException(
          "Invalid length: %d (an Example has %d or more)".formatted(length, MIN_LENGTH));
    }
    for (Form form : FORMS) {
      Optional<ImageExample> example = ofLength(length, form);
      if (example.isPresent()) {
        return example.get();
      }
    }
    throw new AssertionError("no Example has %d bytes".formatted(length));
  }

  private static Optional<ImageExample> ofLength(long length, Form form) {
    // The length grows with the image, by a byte or more for each byte of it.
    long low = Math.max(0, length - MAX_AROUND);
    long high = length;
    while (low < high) {
      long middle = (low + high) >>> 1;
      if (length(middle, form) < length) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return length(low, form) == length ? Optional.of(of(low, form)) : Optional.empty();
  }

  private static long length(long imageLength, Form form) {
    long bytesList = lengthOfField(imageLength);
    long feature = lengthOfField(bytesList);
    long imageEntry = lengthOfField(lengthOfField("image".length()) + lengthOfField(feature));
    long varint = lengthOfVarint(imageLength);
    long int64List = form.packed() ? lengthOfField(varint) : 1 + varint;
    long sizeFeature = lengthOfField(int64List);
    long sizeEntry = lengthOfField(lengthOfField("size".length()) + lengthOfField(sizeFeature));
    return lengthOfField(imageEntry + sizeEntry) + (form.padded() ? lengthOfField(0) : 0);
  }

  /** Every tag is one byte. */
  private static long lengthOfField(long value) {
    return 1 + lengthOfVarint(value) + value;
  }

  private static int lengthOfVarint(long value) {
    return Math.max(1, (Long.SIZE - Long.numberOfLeadingZeros(value) + 6) / 7);
  }

  private static ImageExample of(long imageLength, Form form) {
    byte[] sizeFeature = entry("size", INT64_LIST, int64List(imageLength, form.packed()));
    byte[] bytesListHead = head(BYTES_1, imageLength);
    byte[] featureHead = head(BYTES_1, bytesListHead.length + imageLength);
    byte[] valueHead =
        head(BYTES_2, (long) featureHead.length + bytesListHead.length + imageLength);
    byte[] key = field(BYTES_1, "image".getBytes(StandardCharsets.US_ASCII));
    byte[] imageInner = concat(key, valueHead, featureHead, bytesListHead);
    byte[] entryHead = head(BYTES_1, imageInner.length + imageLength);
    byte[] features =
        head(
            BYTES_1,
            (long) entryHead.length + imageInner.length + imageLength + sizeFeature.length);
    byte[] padding = form.padded() ? field(BYTES_1, new byte[0]) : new byte[0];
    return new ImageExample(
        concat(features, entryHead, imageInner), imageLength, concat(sizeFeature, padding));
  }

  /** Returns the Example's bytes before the image. */
  public byte[] before() {
    return before.clone();
  }

  /** Returns the image's length in bytes. */
  public long imageLength() {
    return imageLength;
  }

  /** Returns the Example's bytes after the image. */
  public byte[] after() {
    return after.clone();
  }

  /** Returns the Example's length in bytes. */
  public long length() {
    return before.length + imageLength + after.length;
  }

  /**
   * Returns the Example's CRC-32C.
   *
   * @param image that of the image
   */
  public int crc32c(int image) {
    return sumAround ^ Crc.CRC32C.combine(image, 0, after.length);
  }

  private static byte[] int64List(long value, boolean packed) {
    byte[] varint = varint(value);
    return packed ? field(BYTES_1, varint) : concat(varint(VARINT_1), varint);
  }

  /** Returns an entry of the map of features. */
  private static byte[] entry(String key, int kind, byte[] list) {
    return field(
        BYTES_1,
        concat(
            field(BYTES_1, key.getBytes(StandardCharsets.US_ASCII)),
            field(BYTES_2, field(kind, list))));
  }

  private static byte[] field(int tag, byte[] value) {
    return concat(head(tag, value.length), value);
  }

  private static byte[] head(int tag, long length) {
    return concat(varint(tag), varint(length));
  }

  private static byte[] varint(long value) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(Long.BYTES);
    long left = value;
    while (left >>> 7 != 0) {
      bytes.write((int) ((left & 0x7f) | 0x80));
      left >>>= 7;
    }
    bytes.write((int) left);
    return bytes.toByteArray();
  }

  private static byte[] concat(byte[]... pieces) {
    ByteArrayOutputStream all = new ByteArrayOutputStream(MAX_AROUND);
    for (byte[] piece : pieces) {
      all.writeBytes(piece);
    }
    return all.toByteArray();
  }
}
