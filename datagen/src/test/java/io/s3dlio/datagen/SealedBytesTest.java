package io.s3dlio.datagen;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SealedBytesTest {
  private static final RandomBytes RANDOM = RandomBytes.of(42, 7, Long.MAX_VALUE);

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "0, 1",
    "17, 4095",
    "4000, 4095",
    "0, 4096",
    "4096, 4097",
    "8192, 8191",
    "0, 8192",
    "1048576, 12289",
    "40960, 1000000"
  })
  void sumsAreThoseOfTheBytes(long start, int length) {
    for (Seal seal : new Seal[] {Seal.zip(Values.ANY), Seal.TFRECORD}) {
      SealedBytes sealed = new SealedBytes(RANDOM, seal);
      int early = sealed.sum(start, length);
      byte[] bytes = bytes(sealed, start, length);
      assertThat(early).isEqualTo(seal.crc().of(bytes)).isEqualTo(sealed.sum(start, length));
    }
  }

  @ParameterizedTest
  @CsvSource({"4000, 4095", "4096, 4097", "40960, 1000000"})
  void allBytesAreRandomButTheLastFourOfWholeBlocks(long start, int length) {
    byte[] bytes = bytes(new SealedBytes(RANDOM, Seal.TFRECORD), start, length);
    ByteBuffer plain = ByteBuffer.allocate(length);
    RANDOM.fill(start, plain);
    int whole = length / 4096 * 4096;
    for (int i = 0; i < length; i++) {
      if (i >= whole || i % 4096 < 4092) {
        assertThat(bytes[i]).isEqualTo(plain.get(i));
      }
    }
  }

  private static byte[] bytes(SealedBytes sealed, long start, int length) {
    ByteBuffer target = ByteBuffer.allocate(length);
    sealed.fill(start, length, 0, target);
    return target.array();
  }
}
