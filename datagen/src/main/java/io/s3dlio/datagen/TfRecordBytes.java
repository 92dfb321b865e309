package io.s3dlio.datagen;

import io.s3dlio.format.ImageExample;
import io.s3dlio.format.TfRecord;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * TFRecords, each an Example with an image of random bytes. They are equally long but for the
 * first, which have a byte more, so that the object has the length that was asked for.
 */
final class TfRecordBytes implements ObjectSource {
  private static final int FRAME = TfRecord.HEAD + TfRecord.TAIL;

  /** The length of the shortest record. */
  static final int MIN_RECORD = FRAME + ImageExample.MIN_LENGTH;

  private final BlockSource random;
  private final long length;

  /** How many records are a byte longer. */
  private final long longer;

  private final Shape longShape;
  private final Shape shape;
  private final long stride;

  TfRecordBytes(long seed, long index, long length, int records, Factors factors) {
    this.length = length;
    this.longer = length % records;
    this.shape = new Shape(length / records);
    this.longShape = longer == 0 ? shape : new Shape(length / records + 1);
    this.stride =
        SealedBytes.stride(Math.max(shape.example.imageLength(), longShape.example.imageLength()));
    this.random = factors.bytes(seed, index, stride * records);
  }

  @Override
  public long length() {
    return length;
  }

  @Override
  public void fill(long offset, ByteBuffer target) {
    Objects.checkFromIndexSize(offset, target.remaining(), length);
    SealedBytes images = new SealedBytes(random, Seal.TFRECORD);
    long inLonger = longer * longShape.length();
    boolean isLonger = offset < inLonger;
    long rest = isLonger ? offset : offset - inLonger;
    Shape first = isLonger ? longShape : shape;
    long record = rest / first.length() + (isLonger ? 0 : longer);
    long within = rest % first.length();
    while (target.hasRemaining()) {
      Shape current = record < longer ? longShape : shape;
      current.fill(images, record * stride, within, target);
      record++;
      within = 0;
    }
  }

  /** What records of one length have in common. */
  private static final class Shape {
    private final ImageExample example;
    private final byte[] head;
    private final byte[] after;

    Shape(long length) {
      example = ImageExample.ofLength(length - FRAME);
      byte[] before = example.before();
      head =
          ByteBuffer.allocate(TfRecord.HEAD + before.length)
              .put(TfRecord.head(example.length()))
              .put(before)
              .array();
      after = example.after();
    }

    long length() {
      return FRAME + example.length();
    }

    /** Fills with a record's bytes, as far as the target has room. */
    void fill(SealedBytes images, long start, long within, ByteBuffer target) {
      long imageLength = example.imageLength();
      long at = put(head, within, target) - head.length;
      int room = (int) Math.min(target.remaining(), Math.max(0, imageLength - at));
      if (at < imageLength && room > 0) {
        int limit = target.limit();
        images.fill(start, imageLength, at, target.limit(target.position() + room));
        target.limit(limit);
        at += room;
      }
      if (target.hasRemaining()) {
        at = put(after, at - imageLength, target) - after.length;
      }
      if (target.hasRemaining()) {
        put(TfRecord.tail(example.crc32c(images.sum(start, imageLength))), at, target);
      }
    }

    /** Puts what there is from {@code at} on, and returns where that leads to. */
    private static long put(byte[] bytes, long at, ByteBuffer target) {
      if (at >= bytes.length) {
        return at;
      }
      int count = Math.min(bytes.length - (int) at, target.remaining());
      target.put(bytes, (int) at, count);
      return at + count;
    }
  }
}
