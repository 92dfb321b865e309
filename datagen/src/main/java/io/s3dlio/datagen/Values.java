package io.s3dlio.datagen;

import io.s3dlio.format.ElementType;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** What makes valid elements of random bits, eight bytes of them at a time. */
enum Values {
  /** All bits are valid. */
  ANY(-1L, 0, 0),
  /** 0 and 1, in a byte each. */
  BOOLEAN(0x0101010101010101L, 0, 0),
  /** Numbers, neither infinite nor NaN: not all the bits of an exponent are set. */
  FINITE_16(-1L, 0x7C007C007C007C00L, 0x0400040004000400L),
  FINITE_32(-1L, 0x7F8000007F800000L, 0x0080000000800000L),
  FINITE_64(-1L, 0x7FF0000000000000L, 0x0010000000000000L);

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final long allowed;
  private final long exponents;
  private final long lowest;
  private final long signs;

  /**
   * @param allowed the bits that may be set
   * @param exponents the bits of exponents
   * @param lowest the lowest bit of each exponent
   */
  Values(long allowed, long exponents, long lowest) {
    this.allowed = allowed;
    this.exponents = exponents;
    this.lowest = lowest;
    this.signs = exponents + lowest;
  }

  static Values of(ElementType type) {
    return switch (type) {
      case BOOL -> BOOLEAN;
      case FLOAT16 -> FINITE_16;
      case FLOAT32, COMPLEX64 -> FINITE_32;
      case FLOAT64, COMPLEX128 -> FINITE_64;
      case UINT8, UINT16, UINT32, UINT64, INT8, INT16, INT32, INT64 -> ANY;
    };
  }

  /** Returns the bits that leave elements valid however they are set. */
  long free() {
    return allowed & ~exponents & ~signs;
  }

  /** Makes all the elements of a block valid. */
  void restrict(byte[] block) {
    for (int i = 0; i < block.length; i += Long.BYTES) {
      long bits = (long) LONGS.get(block, i);
      // One more than all bits of an exponent carries into the sign; its highest bit is cleared.
      long full = ((bits & exponents) + lowest) & signs;
      LONGS.set(block, i, bits & allowed & ~(full >>> 1));
    }
  }

  /** Returns the source with valid elements only. */
  BlockSource of(BlockSource source) {
    return this == ANY ? source : new Valid(source, this);
  }

  private record Valid(BlockSource source, Values values) implements BlockSource {
    @Override
    public long length() {
      return source.length();
    }

    @Override
    public void generate(long number, byte[] block) {
      source.generate(number, block);
      values.restrict(block);
    }
  }
}
