package io.s3dlio.format;

/** Bob Jenkins' hash lookup3, with which HDF5 sums up its structures. */
final class Lookup3 {
  private static final int INITIAL = 0xdeadbeef;
  private static final int BLOCK = 12;

  private Lookup3() {}

  /** Returns the hash of an array's first bytes. */
  static int hash(byte[] bytes, int length) {
    int a = INITIAL + length;
    int b = a;
    int c = a;
    int at = 0;
    for (; length - at > BLOCK; at += BLOCK) {
      a += word(bytes, at, length);
      b += word(bytes, at + 4, length);
      c += word(bytes, at + 8, length);
      a -= c;
      a ^= Integer.rotateLeft(c, 4);
      c += b;
      b -= a;
      b ^= Integer.rotateLeft(a, 6);
      a += c;
      c -= b;
      c ^= Integer.rotateLeft(b, 8);
      b += a;
      a -= c;
      a ^= Integer.rotateLeft(c, 16);
      c += b;
      b -= a;
      b ^= Integer.rotateLeft(a, 19);
      a += c;
      c -= b;
      c ^= Integer.rotateLeft(b, 4);
      b += a;
    }
    if (at == length) {
      return c;
    }
    a += word(bytes, at, length);
    b += word(bytes, at + 4, length);
    c += word(bytes, at + 8, length);
    c ^= b;
    c -= Integer.rotateLeft(b, 14);
    a ^= c;
    a -= Integer.rotateLeft(c, 11);
    b ^= a;
    b -= Integer.rotateLeft(a, 25);
    c ^= b;
    c -= Integer.rotateLeft(b, 16);
    a ^= c;
    a -= Integer.rotateLeft(c, 4);
    b ^= a;
    b -= Integer.rotateLeft(a, 14);
    c ^= b;
    c -= Integer.rotateLeft(b, 24);
    return c;
  }

  /** A little-endian word; bytes from the end on are 0. */
  private static int word(byte[] bytes, int at, int end) {
    int word = 0;
    for (int i = Math.min(at + Integer.BYTES, end) - 1; i >= at; i--) {
      word = (word << Byte.SIZE) + (bytes[i] & 0xff);
    }
    return word;
  }
}
