package io.s3dlio.datagen;

import static java.util.Objects.requireNonNull;

import io.s3dlio.storage.checksum.Crc;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Gives every block the same checksum, by 32 bits near its end. To change a bit changes the sum by
 * what depends on the bit's place alone (the sum is an affine map over GF(2)), so 32 bits whose
 * changes are independent lead to any sum. Immutable, thread-safe.
 */
final class Seal {
  /** The sum of sealed blocks: that of any bytes that their own sum, not inverted, follows. */
  static final int SUM = -1;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** Of bytes, by the sum that TFRecords have. */
  static final Seal TFRECORD = new Seal(Crc.CRC32C, Values.ANY);

  private static final Map<Values, Seal> ZIP =
      Stream.of(Values.values())
          .collect(Collectors.toMap(Function.identity(), values -> new Seal(Crc.CRC32, values)));

  private static final int BITS = Integer.SIZE;

  private final Crc crc;

  /**
   * What is flipped of each word, the last one first, by each value of each byte of the sum's
   * change.
   */
  private final long[][][] flips;

  private Seal(Crc crc, Values values) {
    this.crc = crc;
    long free = values.free();
    // Changes of the sum, each with a highest bit of its own, and the bits that make them.
    int[] changes = new int[BITS];
    int[] makers = new int[BITS];
    // Where the bits are: which word of a block, counted from its end, and which bit of it.
    int[] words = new int[BITS];
    int[] bits = new int[BITS];
    int found = 0;
    for (int word = 1; found < BITS; word++) {
      for (int bit = Long.SIZE - 1; bit >= 0 && found < BITS; bit--) {
        if ((free >>> bit & 1) != 0 && add(change(crc, word, bit), 1 << found, changes, makers)) {
          words[found] = word;
          bits[found] = bit;
          found++;
        }
      }
    }
    flips = new long[words[BITS - 1]][Integer.BYTES][1 << Byte.SIZE];
    for (int at = 0; at < Integer.BYTES; at++) {
      for (int value = 0; value < 1 << Byte.SIZE; value++) {
        int by = makers(value << (at * Byte.SIZE), changes, makers);
        for (int i = 0; i < BITS; i++) {
          if ((by >>> i & 1) != 0) {
            flips[words[i] - 1][at][value] |= 1L << bits[i];
          }
        }
      }
    }
  }

  /** Returns that of elements, by the sum that zip archives have. */
  static Seal zip(Values values) {
    return requireNonNull(ZIP.get(values));
  }

  /** Returns the check that the sum is of. */
  Crc crc() {
    return crc;
  }

  /** Returns by how much the sum changes with a bit. */
  private static int change(Crc crc, int word, int bit) {
    byte[] bytes = new byte[word * Long.BYTES];
    int before = crc.of(bytes);
    LONGS.set(bytes, 0, 1L << bit);
    return before ^ crc.of(bytes);
  }

  /** Adds a change unless others make it, too. */
  private static boolean add(int change, int maker, int[] changes, int[] makers) {
    int left = change;
    int by = maker;
    while (left != 0) {
      int highest = BITS - 1 - Integer.numberOfLeadingZeros(left);
      if (changes[highest] == 0) {
        changes[highest] = left;
        makers[highest] = by;
        return true;
      }
      left ^= changes[highest];
      by ^= makers[highest];
    }
    return false;
  }

  private static int makers(int change, int[] changes, int[] makers) {
    int by = 0;
    for (int left = change; left != 0; ) {
      int highest = BITS - 1 - Integer.numberOfLeadingZeros(left);
      left ^= changes[highest];
      by ^= makers[highest];
    }
    return by;
  }

  /**
   * Seals a block.
   *
   * @param sum what the block's sum is now
   */
  void apply(byte[] block, int sum) {
    int change = sum ^ SUM;
    int at = block.length;
    for (long[][] flip : flips) {
      at -= Long.BYTES;
      long by =
          flip[0][change & 0xff]
              ^ flip[1][change >>> 8 & 0xff]
              ^ flip[2][change >>> 16 & 0xff]
              ^ flip[3][change >>> 24];
      LONGS.set(block, at, (long) LONGS.get(block, at) ^ by);
    }
  }
}
