package io.s3dlio.datagen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ZeroBytesTest {
  @Test
  void everyRemainingByteIsZeroedAndNoOther() {
    byte[] bytes = new byte[20_000];
    Arrays.fill(bytes, (byte) 7);
    ByteBuffer target = ByteBuffer.wrap(bytes).position(1).limit(19_999);
    new ObjectSpec(3, "x", 1L << 40, ObjectType.ZEROS).source(42).fill(12_345, target);
    assertThat(target.hasRemaining()).isFalse();
    assertThat(Arrays.copyOfRange(bytes, 1, 19_999)).containsOnly(0);
    assertThat(bytes[0]).isEqualTo((byte) 7);
    assertThat(bytes[19_999]).isEqualTo((byte) 7);
  }

  @Test
  void bytesPastTheEndOfTheObjectAreRefused() {
    ObjectSource source = new ObjectSpec(0, "x", 10, ObjectType.ZEROS).source(0);
    assertThat(source.length()).isEqualTo(10);
    assertThatThrownBy(() -> source.fill(5, ByteBuffer.allocate(6)))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }
}
