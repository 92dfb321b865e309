package io.s3dlio.storage.buffer;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SizeClassesTest {
  @ParameterizedTest
  @CsvSource({
    "0, 4096",
    "1, 4096",
    "4096, 4096",
    "4097, 8192",
    "65536, 65536",
    "65537, 73728",
    "131072, 131072",
    "131073, 147456",
    "16777216, 16777216",
    "16777217, 18874368",
    "1073741825, 1207959552",
    "2147479543, 2147479552",
  })
  void sizesRoundUpToTheirClass(long size, int capacity) {
    assertThat(SizeClasses.capacity(size)).isEqualTo(capacity);
  }

  @Property
  void classesHoldTheirSizeInWholePagesWithLittleWaste(
      @ForAll @LongRange(max = SizeClasses.MAX_SIZE) long size) {
    int capacity = SizeClasses.capacity(size);
    assertThat(capacity).isGreaterThanOrEqualTo((int) size);
    assertThat(capacity % BufferPool.ALIGNMENT).isZero();
    assertThat(capacity - size).isLessThanOrEqualTo(Math.max(BufferPool.ALIGNMENT, size / 8));
    assertThat(Math.addExact(capacity, BufferPool.ALIGNMENT - 1)).isPositive();
    if (capacity <= SizeClasses.MAX_SIZE) {
      assertThat(SizeClasses.capacity(capacity)).as("a class is its own").isEqualTo(capacity);
    }
  }
}
