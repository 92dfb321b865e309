package io.s3dlio.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class FortranOrderTest {
  @Property(tries = 2000)
  void piecesOfAnySizeComeTogetherInCOrder(
      @ForAll @Size(min = 2, max = 4) List<@IntRange(min = 1, max = 40) Integer> lengths,
      @ForAll @IntRange(min = 1, max = 17) int itemSize,
      @ForAll boolean whole,
      @ForAll long seed) {
    Random random = new Random(seed);
    List<Long> shape = new ArrayList<>();
    int elements = 1;
    for (int length : lengths) {
      long fits = elements * length <= 5000 ? length : 1;
      shape.add(fits);
      elements *= (int) fits;
    }
    byte[] fortran = new byte[elements * itemSize];
    random.nextBytes(fortran);
    int from = whole ? 0 : random.nextInt(elements + 1);
    int to = whole ? elements : from + random.nextInt(elements - from + 1);
    ByteBuffer window = ByteBuffer.allocateDirect((to - from) * itemSize);
    FortranOrder order = new FortranOrder(shape, itemSize, (long) from * itemSize, window);

    int slice = (int) (elements / shape.get(shape.size() - 1));
    int unit = (to - from == elements ? slice : 1) * itemSize;
    for (int at = 0; at < fortran.length; ) {
      int units = 1 + random.nextInt((fortran.length - at) / unit);
      order.accept(ByteBuffer.allocateDirect(units * unit).put(fortran, at, units * unit).flip());
      at += units * unit;
    }

    assertThat(window)
        .isEqualTo(
            ByteBuffer.wrap(
                inCOrder(fortran, shape, itemSize), from * itemSize, (to - from) * itemSize));
  }

  /** Element by element. */
  private static byte[] inCOrder(byte[] fortran, List<Long> shape, int itemSize) {
    byte[] ordered = new byte[fortran.length];
    for (int i = 0; i < fortran.length / itemSize; i++) {
      int left = i;
      int to = 0;
      int stride = fortran.length / itemSize;
      // The first axis is the fastest in one and the slowest in the other.
      for (long length : shape) {
        stride /= (int) length;
        to += (int) (left % length) * stride;
        left /= (int) length;
      }
      System.arraycopy(fortran, i * itemSize, ordered, to * itemSize, itemSize);
    }
    return ordered;
  }

  @Test
  void piecesAreWholeSlicesAndBounded() {
    assertThat(chunk(1, 16_384, 16_384)).isEqualTo(64 * 16_384);
    assertThat(chunk(1, 10 << 20, 2)).isEqualTo(10 << 20);
    assertThat(chunk(4, 1 << 20, 20)).isEqualTo(FortranOrder.MAX_CHUNK);
    // A slice is longer than a piece may be: any elements.
    assertThat(chunk(8, 3 << 20, 2)).isEqualTo(256 << 10);
    assertThat(chunk(3 << 20, 2, 3)).isEqualTo(6 << 20);
  }

  private static int chunk(int itemSize, long first, long last) {
    ByteBuffer window = ByteBuffer.allocateDirect((int) (first * last * itemSize));
    return new FortranOrder(List.of(first, last), itemSize, 0, window).chunkLength();
  }
}
