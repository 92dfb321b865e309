package io.s3dlio.format;

import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The type of an array's elements: any of numpy's that has a fixed length and no parts.
 *
 * @param kind numpy's letter: {@code b} boolean, {@code i} and {@code u} integers, {@code f}
 *     floating point, {@code c} complex, {@code m} and {@code M} spans and points of time, {@code
 *     S} bytes, {@code U} text in UTF-32, {@code V} opaque
 * @param itemSize how many bytes an element has; may be 0 for S, U and V
 * @param bigEndian whether numbers are stored with the highest byte first; false where a byte has
 *     no order
 * @param unit of time, as numpy writes it in brackets; empty otherwise
 */
public record NpyDtype(char kind, int itemSize, boolean bigEndian, String unit) {
  private static final Pattern DESCR =
      Pattern.compile("([<>|])([biufcmMSUV])([0-9]{1,9})((?:\\[[0-9]{0,9}[a-zA-Z]{1,2}\\])?)");

  private static final int UTF_32 = 4;

  public NpyDtype {
    boolean known =
        switch (kind) {
          case 'b' -> itemSize == 1;
          case 'i', 'u' -> Set.of(1, 2, 4, 8).contains(itemSize);
          case 'f' -> Set.of(2, 4, 8, 16).contains(itemSize);
          case 'c' -> Set.of(8, 16, 32).contains(itemSize);
          case 'm', 'M' -> itemSize == 8;
          case 'S', 'V' -> itemSize >= 0;
          case 'U' -> itemSize >= 0 && itemSize % UTF_32 == 0;
          default -> false;
        };
    if (!known) {
      throw new IllegalArgumentException(
          "Invalid dtype: kind %s of %d bytes".formatted(kind, itemSize));
    }
    if (!unit.isEmpty() && kind != 'm' && kind != 'M') {
      throw new IllegalArgumentException("Invalid dtype: kind %s has no unit".formatted(kind));
    }
    bigEndian = bigEndian && swapUnit(kind, itemSize) > 1;
  }

  /**
   * Returns the type that numpy writes like this, for instance {@code <f4} or {@code |S10}.
   *
   * @throws IllegalArgumentException if there is no such, or it has no byte order and needs one
   */
  public static NpyDtype parse(String descr) {
    Matcher matcher = DESCR.matcher(descr);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("this is no dtype");
    }
    char kind = matcher.group(2).charAt(0);
    long count = Long.parseLong(matcher.group(3));
    int itemSize =
        Math.toIntExact(Math.min(Integer.MAX_VALUE, kind == 'U' ? count * UTF_32 : count));
    NpyDtype dtype = new NpyDtype(kind, itemSize, matcher.group(1).equals(">"), matcher.group(4));
    if (matcher.group(1).equals("|") && dtype.swapUnit() > 1) {
      throw new IllegalArgumentException("this dtype has no byte order");
    }
    return dtype;
  }

  /** Returns how numpy calls this type once it is little-endian. */
  public String littleEndianName() {
    char order = swapUnit() > 1 ? '<' : '|';
    return "" + order + kind + (kind == 'U' ? itemSize / UTF_32 : itemSize) + unit;
  }

  /** Returns how many bytes change places with each other in the other byte order. */
  int swapUnit() {
    return swapUnit(kind, itemSize);
  }

  private static int swapUnit(char kind, int itemSize) {
    return switch (kind) {
      case 'c' -> itemSize / 2;
      case 'U' -> UTF_32;
      case 'S', 'V' -> 1;
      default -> itemSize;
    };
  }
}
