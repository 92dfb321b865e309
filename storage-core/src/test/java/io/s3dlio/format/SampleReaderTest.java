package io.s3dlio.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class SampleReaderTest {
  private static final List<String> DTYPES = List.of("|u1", "<i2", "<f4", "<f8", "<c16", "|S3");

  /** An array whose bytes are counted up. */
  private record Counted(
      NpyDtype dtype, List<Long> shape, boolean plain, long granularity, List<Long> reads)
      implements ArrayReader {
    Counted(String dtype, List<Long> shape, boolean plain) {
      this(dtype, shape, plain ? 1 : Long.MAX_VALUE);
    }

    Counted(String dtype, List<Long> shape, long granularity) {
      this(NpyDtype.parse(dtype), shape, granularity == 1, granularity, new ArrayList<>());
    }

    @Override
    public long dataLength() {
      return dtype.itemSize() * shape.stream().reduce(1L, (a, b) -> a * b);
    }

    @Override
    public OptionalLong plainDataOffset() {
      return plain ? OptionalLong.of(128) : OptionalLong.empty();
    }

    @Override
    public void read(long offset, ByteBuffer target) {
      reads.add(offset);
      for (long i = offset; target.hasRemaining(); i++) {
        target.put(byteAt(i));
      }
    }
  }

  private static byte byteAt(long index) {
    return (byte) (index * 31 + (index >> 8) * 7);
  }

  @Property
  void eachSampleIsThatOfItsIndexAlongTheAxis(
      @ForAll @Size(min = 1, max = 4) List<@IntRange(min = 1, max = 70) Integer> lengths,
      @ForAll @IntRange(min = 0, max = 5) int dtype,
      @ForAll @IntRange(min = 0, max = 3) int axis,
      @ForAll @IntRange(min = 0, max = 69) int start,
      @ForAll boolean plain)
      throws IOException {
    List<Long> shape = lengths.stream().map(length -> Math.min(length, 20L)).toList();
    int of = axis % shape.size();
    long first = start % shape.get(of);
    Counted array = new Counted(DTYPES.get(dtype), shape, plain);

    try (SampleReader samples = SampleReader.of(array, of)) {
      ByteBuffer target =
          ByteBuffer.allocateDirect(
              Math.toIntExact((samples.samples() - first) * samples.sampleLength()));
      samples.read(first, target);

      assertThat(target.hasRemaining()).isFalse();
      assertThat(samples.samples()).isEqualTo(shape.get(of));
      for (long sample = first; sample < samples.samples(); sample++) {
        for (int i = 0; i < samples.sampleLength(); i++) {
          int at = Math.toIntExact((sample - first) * samples.sampleLength() + i);
          assertThat(target.get(at)).isEqualTo(byteAt(source(array, of, sample, i)));
        }
      }
    }
  }

  /** Returns where a byte of a sample is in the array, by the definition of C order. */
  private static long source(Counted array, int axis, long sample, long byteOfSample) {
    int itemSize = array.dtype().itemSize();
    long left = byteOfSample / itemSize;
    long position = 0;
    long stride = 1;
    for (int i = array.shape().size() - 1; i >= 0; i--) {
      long length = array.shape().get(i);
      long index = sample;
      if (i != axis) {
        index = left % length;
        left /= length;
      }
      position += index * stride;
      stride *= length;
    }
    return position * itemSize + byteOfSample % itemSize;
  }

  @Test
  void samplesSideBySideAreReadFromTheirPlaceAlone() throws IOException {
    Counted array = new Counted("<f4", List.of(1L, 6L, 5L), true);

    try (SampleReader samples = SampleReader.of(array, 1)) {
      samples.read(4, ByteBuffer.allocateDirect(20));

      assertThat(samples.plainDataOffset()).hasValue(128);
      assertThat(samples.sampleShape()).containsExactly(1L, 5L);
      assertThat(array.reads()).containsExactly(80L);
    }
  }

  @Test
  void samplesThatAreDecodedWithFewOthersAreReadAlone() throws IOException {
    Counted array = new Counted("<f4", List.of(6L, 5L), 40);

    try (SampleReader samples = SampleReader.of(array, 0)) {
      samples.read(4, ByteBuffer.allocateDirect(40));
      assertThat(array.reads()).containsExactly(80L);
      samples.read(4, ByteBuffer.allocateDirect(20));
      assertThat(array.reads()).as("then all are held").containsExactly(80L, 0L);
    }
  }

  @Test
  void otherSamplesAreReadOnceForAll() throws IOException {
    Counted array = new Counted("<f4", List.of(6L, 5L), true);

    try (SampleReader samples = SampleReader.of(array, -1)) {
      samples.read(0, ByteBuffer.allocateDirect(48));
      samples.read(2, ByteBuffer.allocateDirect(72));

      assertThat(samples.plainDataOffset()).isEmpty();
      assertThat(array.reads()).containsExactly(0L);
    }
  }

  @Test
  void theWholeArrayIsReadIntoItsPlace() throws IOException {
    Counted array = new Counted("<f4", List.of(6L, 5L), false);
    ByteBuffer target = ByteBuffer.allocateDirect(120);

    try (SampleReader samples = SampleReader.ofWhole(array)) {
      samples.read(0, target);

      assertThat(samples.samples()).isEqualTo(1);
      assertThat(samples.sampleShape()).containsExactly(6L, 5L);
      assertThat(target.get(119)).isEqualTo(byteAt(119));
    }
  }

  @Test
  void samplesOfNothingAreThereAndEmpty() throws IOException {
    Counted array = new Counted("<f4", List.of(3L, 0L), false);

    try (SampleReader samples = SampleReader.of(array, 0)) {
      samples.read(2, ByteBuffer.allocateDirect(0));

      assertThat(samples.samples()).isEqualTo(3);
      assertThat(samples.sampleLength()).isZero();
    }
  }

  @Test
  void refusesAnAxisThatTheArrayHasNot() {
    Counted array = new Counted("<f4", List.of(6L, 5L), true);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> SampleReader.of(array, 2))
        .withMessage("Invalid axis: 2 (the array has 2)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SampleReader.of(new Counted("<f4", List.of(), true), 0))
        .withMessage("Invalid axis: 0 (the array has 0)");
  }

  @Test
  void refusesToHoldMoreThanABuffer() {
    List<Long> shape = List.of(3L << 30, 2L);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> SampleReader.of(new Counted("|u1", shape, false), 1))
        .withMessageContaining("too many to be held at once");
    assertThat(SampleReader.of(new Counted("|u1", shape, false), 0).samples()).isEqualTo(3L << 30);
  }

  @Test
  void readsNothingOnceItIsClosed() {
    SampleReader samples = SampleReader.of(new Counted("<f4", List.of(6L, 5L), false), 1);
    samples.close();

    assertThatIllegalStateException()
        .isThrownBy(() -> samples.read(0, ByteBuffer.allocateDirect(24)));
  }
}
