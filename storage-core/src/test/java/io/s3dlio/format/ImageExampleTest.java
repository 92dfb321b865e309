package io.s3dlio.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.checksum.Crc;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageExampleTest {
  @Test
  void everyLengthFromTheLeastOnIsMet() {
    LongStream.range(ImageExample.MIN_LENGTH, 70_000).forEach(this::hasItsLength);
  }

  /** Where lengths begin to take a byte more. */
  @ParameterizedTest
  @ValueSource(ints = {14, 21, 28, 35, 42, 62})
  void everyLengthAroundPowersOfTwoIsMet(int power) {
    LongStream.range((1L << power) - 200, (1L << power) + 300).forEach(this::hasItsLength);
  }

  private void hasItsLength(long length) {
    ImageExample example = ImageExample.ofLength(length);
    assertThat(example.length()).isEqualTo(length);
    assertThat(example.imageLength()).isBetween(length - 100, length);
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 0, 31})
  void shorterOnesAreRefused(long length) {
    assertThatThrownBy(() -> ImageExample.ofLength(length))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid length: %d (an Example has 32 or more)".formatted(length));
  }

  /**
   * {@code tf.train.Example} with image b"abc" and size 3, as protobuf writes it in order of keys.
   */
  @Test
  void theBytesAreThoseThatProtobufWrites() {
    ImageExample example = ImageExample.ofLength(35);
    assertThat(example.imageLength()).isEqualTo(3);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(example.before());
    bytes.writeBytes(new byte[] {'a', 'b', 'c'});
    bytes.writeBytes(example.after());
    assertThat(HexFormat.of().formatHex(bytes.toByteArray()))
        .isEqualTo(
            "0a21"
                + ("0a10" + "0a05696d616765" + "1207" + "0a05" + "0a03616263")
                + ("0a0d" + "0a0473697a65" + "1205" + "1a03" + "0a0103"));
    assertThat(example.crc32c(Crc.CRC32C.of(new byte[] {'a', 'b', 'c'})))
        .isEqualTo(Crc.CRC32C.of(bytes.toByteArray()));
  }

  @Test
  void itsBytesAreNobodysToChange() {
    ImageExample example = ImageExample.ofLength(50);
    byte[] before = example.before();
    Arrays.fill(before, (byte) 0);
    assertThat(example.before()).isNotEqualTo(before);
  }
}
