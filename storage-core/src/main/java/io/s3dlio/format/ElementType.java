package io.s3dlio.format;

import java.util.Locale;

/** A type of numbers, by NumPy's name: what the elements of written arrays are. */
public enum ElementType {
  UINT8('u', 1),
  UINT16('u', 2),
  UINT32('u', 4),
  UINT64('u', 8),
  INT8('i', 1),
  INT16('i', 2),
  INT32('i', 4),
  INT64('i', 8),
  FLOAT16('f', 2),
  FLOAT32('f', 4),
  FLOAT64('f', 8),
  /** A real and an imaginary part of 32 bits each. */
  COMPLEX64('c', 8),
  /** A real and an imaginary part of 64 bits each. */
  COMPLEX128('c', 16),
  /** Bytes that are 0 or 1. */
  BOOL('b', 1);

  private final char kind;
  private final int bytes;

  ElementType(char kind, int bytes) {
    this.kind = kind;
    this.bytes = bytes;
  }

  /** Returns NumPy's letter: unsigned, integer, floating point, complex or boolean. */
  char kind() {
    return kind;
  }

  /** Returns how many bytes an element has. */
  public int bytes() {
    return bytes;
  }

  /** Returns what NumPy writes into {@code descr}: the lowest byte of a number is the first. */
  String descr() {
    return "" + (bytes == 1 ? '|' : '<') + kind + bytes;
  }

  /** Returns NumPy's name. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
