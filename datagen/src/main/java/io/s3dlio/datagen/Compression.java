package io.s3dlio.datagen;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * How synthetic objects are compressed: deterministically, so that they remain a function of what
 * they were asked for. An object's size is that before compression; what it comes to is known when
 * it is encoded.
 */
public enum Compression {
  NONE,
  /** The members of NPZ archives are deflated. */
  DEFLATE,
  /** A TFRecord file is one member of gzip. */
  GZIP,
  /** A TFRecord file is one stream of zlib. */
  ZLIB;

  private boolean takes(ObjectType type) {
    return switch (this) {
      case NONE -> true;
      case DEFLATE -> type == ObjectType.NPZ;
      case GZIP, ZLIB -> type == ObjectType.TFRECORD;
    };
  }

  /**
   * @throws IllegalArgumentException if objects of this type are not compressed so
   */
  public void requireFor(ObjectType type) {
    if (!takes(type)) {
      String known =
          Arrays.stream(values())
              .filter(each -> each.takes(type))
              .map(Compression::toString)
              .collect(Collectors.joining(", "));
      throw new IllegalArgumentException(
          "Invalid compression: '%s' (of %s: %s)".formatted(this, type, known));
    }
  }

  /**
   * Returns an object's bytes, compressed.
   *
   * @throws IllegalArgumentException if objects of this type are not compressed so
   */
  public ObjectSource of(ObjectType type, ObjectSource plain) {
    requireFor(type);
    return switch (this) {
      case NONE -> plain;
      case DEFLATE -> new CompressedObject(plain, DeflatedArchive::of);
      case GZIP -> new CompressedObject(plain, Compression::gzip);
      case ZLIB -> new CompressedObject(plain, Compression::zlib);
    };
  }

  /** RFC 1952: no name, no time, an unknown system. */
  private static ObjectSource gzip(ObjectSource plain) {
    DeflatedBytes deflated = new DeflatedBytes(plain, 0, plain.length());
    byte[] head = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff};
    byte[] tail = new byte[2 * Integer.BYTES];
    ByteBuffer.wrap(tail)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(deflated.crc32())
        .putInt((int) plain.length());
    return new FramedBytes(head, deflated, tail);
  }

  /** RFC 1950: a window of 32 KiB, and the level that is the default. */
  private static ObjectSource zlib(ObjectSource plain) {
    DeflatedBytes deflated = new DeflatedBytes(plain, 0, plain.length());
    byte[] tail = new byte[Integer.BYTES];
    ByteBuffer.wrap(tail).putInt(deflated.adler32());
    return new FramedBytes(new byte[] {0x78, (byte) 0x9c}, deflated, tail);
  }

  /** Returns the name as options and manifests write it, in lower case. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
