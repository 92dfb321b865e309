package io.s3dlio.datagen;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Incompressible bytes that are a function of (seed, object index, offset).
 *
 * <p>Each block of {@link #BLOCK} bytes is an xoshiro256++ sequence of its own, written in
 * little-endian order. Its state is an injective function of (seed, index, block): no two blocks of
 * any data set begin in the same state. The function is part of what users rely on and never
 * changes.
 */
record RandomBytes(long keyLow, long keyHigh, long length) implements BlockSource {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** Odd, so that multiplying by it loses nothing. */
  private static final long LOW_STEP = 0x9E3779B97F4A7C15L;

  private static final long HIGH_STEP = 0xD1B54A32D192ED03L;

  static RandomBytes of(long seed, long index, long length) {
    // Every step can be undone, so two pairs (seed, index) never give the same key.
    long high = mix(index + mix(seed + LOW_STEP));
    long low = mix((seed ^ HIGH_STEP) + high);
    return new RandomBytes(low, high, length);
  }

  @Override
  public void generate(long number, byte[] block) {
    generate(number, block, BLOCK);
  }

  /** Fills a block's beginning, of this length and up to seven bytes more. */
  void generate(long number, byte[] block, int length) {
    // (s0, s1, s2) gives back number, keyLow and keyHigh; the set bit keeps the state from zero.
    long s0 = mix(keyLow + number * LOW_STEP);
    long s1 = mix(keyHigh + number * HIGH_STEP);
    long s2 = mix((s0 ^ s1) + number);
    long s3 = mix(s1 + s2) | 1;
    for (int i = 0; i < length; i += Long.BYTES) {
      LONGS.set(block, i, Long.rotateLeft(s0 + s3, 23) + s0);
      long t = s1 << 17;
      s2 ^= s0;
      s3 ^= s1;
      s1 ^= s2;
      s0 ^= s3;
      s2 ^= t;
      s3 = Long.rotateLeft(s3, 45);
    }
  }

  /** The finalizer of splitmix64: a bijection whose every output bit depends on every input bit. */
  static long mix(long value) {
    long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
