package io.s3dlio.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Collections;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class ImageShapeTest {
  @Property
  void littleIsLeftOfAnyLength(
      @ForAll ElementType type,
      @ForAll @IntRange(min = 1, max = ImageShape.MAX_SAMPLES) int anySamples,
      @ForAll @LongRange(min = 0, max = Long.MAX_VALUE - 4096) long more) {
    int samples = Math.min(anySamples, ImageShape.maxSamples(type));
    long length = (long) samples * type.bytes() + more;
    ImageShape shape = ImageShape.within(length, type, samples);
    assertThat(length - shape.length()).isBetween(0L, 4095L);
    long height = shape.sample().get(0);
    assertThat(height).isBetween(1L, 4096L);
    assertThat(Long.bitCount(height)).isEqualTo(1);
    assertThat(shape.sample().get(1)).isGreaterThanOrEqualTo(1);
  }

  @Test
  void imagesAreAboutSquareWhereTheyAreSmall() {
    assertThat(bytes(65_536, 1)).isEqualTo(List.of(256L, 256L));
    assertThat(bytes(60_000, 1)).isEqualTo(List.of(128L, 468L));
    assertThat(bytes(65_536 * 3, 3)).isEqualTo(List.of(256L, 256L));
    assertThat(bytes(1L << 30, 1)).isEqualTo(List.of(4096L, 262_144L));
    assertThat(ImageShape.within(65_536 * 4 + 3, ElementType.FLOAT32, 1).sample())
        .isEqualTo(List.of(256L, 256L));
  }

  private static List<Long> bytes(long length, int samples) {
    return ImageShape.within(length, ElementType.UINT8, samples).sample();
  }

  @Test
  void otherShapesAreRefused() {
    refused(List.of(), "it has 0 axes (must be 1 to 31)");
    refused(Collections.nCopies(32, 1L), "it has 32 axes (must be 1 to 31)");
    refused(List.of(5L, 0L), "[5, 0] (must be >= 1 each)");
    refused(List.of(-1L), "[-1] (must be >= 1 each)");
    refused(List.of(1L << 40, 1L << 22), "2 samples of [1099511627776, 4194304] are too large");
  }

  private static void refused(List<Long> sample, String reason) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ImageShape(ElementType.UINT8, sample, 2))
        .withMessage("Invalid shape: " + reason);
  }
}
