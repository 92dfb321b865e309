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

  /** Where the bits are: which word of a block, counted from its end, and which bit of it. */
  private final int[] words = new int[BITS];

  private final int[] bits = new int[BITS];

  /** Which of the bits are flipped to change one bit of the sum. */
  private final int[] flips = new int[BITS];

  private Seal(Crc crc, Values values) {
    this.crc = crc;
    long free = values.free();
    // Changes of the sum, each with a highest bit of its own, and the bits that make them.
    int[] changes = new int[BITS];
    int[] makers = new int[BITS];
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
    for (int i = 0; i < BITS; i++) {
      flips[i] = makers(1 << i, changes, makers);
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
    int by = 0;
    for (int left = sum ^ SUM; left != 0; left &= left - 1) {
      by ^= flips[Integer.numberOfTrailingZeros(left)];
    }
    for (int left = by; left != 0; left &= left - 1) {
      int i = Integer.numberOfTrailingZeros(left);
      int at = block.length - words[i] * Long.BYTES;
      LONGS.set(block, at, (long) LONGS.get(block, at) ^ 1L << bits[i]);
    }
  }
}
