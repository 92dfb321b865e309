package io.s3dlio.format;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Types of elements as HDF5 writes them in a dataset's header; booleans and complex as h5py does.
 */
final class Hdf5Type {
  // The version is 1, in the upper half of the byte.
  private static final byte INTEGER = 0x10;
  private static final byte FLOAT = 0x11;
  private static final byte COMPOUND = 0x16;
  private static final byte ENUMERATION = 0x18;

  private static final byte SIGNED = 8;

  /** The highest bit of a mantissa is not stored. */
  private static final byte IMPLIED_BIT = 0x20;

  /** Names end with a zero and are padded with zeros. */
  private static final int NAME_UNIT = 8;

  private static final int MAX_LENGTH = 128;

  private Hdf5Type() {}

  /** Returns the message, padded to a multiple of 8. */
  static byte[] message(ElementType type) {
    ByteBuffer message = LittleEndian.allocate(MAX_LENGTH);
    put(message, type);
    byte[] bytes = new byte[(message.position() + 7) / 8 * 8];
    message.flip().get(bytes, 0, message.limit());
    return bytes;
  }

  private static void put(ByteBuffer target, ElementType type) {
    switch (type.kind()) {
      case 'f' -> putFloat(target, type.bytes());
      case 'c' -> putComplex(target, type.bytes());
      case 'b' -> putBoolean(target);
      default -> putInteger(target, type.bytes(), type.kind() == 'i');
    }
  }

  private static void putHead(ByteBuffer target, byte kind, int flags, int bytes) {
    target.put(kind).put((byte) flags).put((byte) (flags >>> 8)).put((byte) 0).putInt(bytes);
  }

  private static void putInteger(ByteBuffer target, int bytes, boolean signed) {
    putHead(target, INTEGER, signed ? SIGNED : 0, bytes);
    // All the bits count.
    target.putShort((short) 0).putShort((short) (bytes * Byte.SIZE));
  }

  private static void putFloat(ByteBuffer target, int bytes) {
    int bits = bytes * Byte.SIZE;
    int exponent = bytes == 2 ? 5 : bytes == 4 ? 8 : 11;
    int mantissa = bits - 1 - exponent;
    // The sign is the highest bit.
    putHead(target, FLOAT, IMPLIED_BIT | (bits - 1) << Byte.SIZE, bytes);
    target.putShort((short) 0).putShort((short) bits);
    target.put((byte) mantissa).put((byte) exponent).put((byte) 0).put((byte) mantissa);
    target.putInt((1 << (exponent - 1)) - 1);
  }

  private static void putComplex(ByteBuffer target, int bytes) {
    putHead(target, COMPOUND, 2, bytes);
    putMember(target, "r", 0, bytes / 2);
    putMember(target, "i", bytes / 2, bytes / 2);
  }

  private static void putMember(ByteBuffer target, String name, int offset, int bytes) {
    putName(target, name);
    // It is no array: no dimensions, of which four would have room.
    target.putInt(offset).put(new byte[28]);
    putFloat(target, bytes);
  }

  private static void putBoolean(ByteBuffer target) {
    putHead(target, ENUMERATION, 2, 1);
    putInteger(target, 1, true);
    putName(target, "FALSE");
    putName(target, "TRUE");
    target.put((byte) 0).put((byte) 1);
  }

  private static void putName(ByteBuffer target, String name) {
    byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
    target.put(bytes).put(new byte[NAME_UNIT - bytes.length % NAME_UNIT]);
  }
}
