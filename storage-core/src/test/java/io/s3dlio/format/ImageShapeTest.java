package io.s3dlio.format;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class ImageShapeTest {
  @Property
  void littleIsLeftOfAnyLength(
      @ForAll @IntRange(min = 1, max = ImageShape.MAX_SAMPLES) int samples,
      @ForAll @LongRange(min = 0, max = Long.MAX_VALUE - 4096) long more) {
    ImageShape shape = ImageShape.within(samples + more, samples);
    assertThat(samples + more - shape.length()).isBetween(0L, 4095L);
    assertThat(shape.height()).isBetween(1L, 4096L);
    assertThat(Long.bitCount(shape.height())).isEqualTo(1);
    assertThat(shape.width()).isGreaterThanOrEqualTo(1);
  }

  @Test
  void imagesAreAboutSquareWhereTheyAreSmall() {
    assertThat(ImageShape.within(65_536, 1)).isEqualTo(new ImageShape(256, 256, 1));
    assertThat(ImageShape.within(60_000, 1)).isEqualTo(new ImageShape(128, 468, 1));
    assertThat(ImageShape.within(65_536 * 3, 3)).isEqualTo(new ImageShape(256, 256, 3));
    assertThat(ImageShape.within(1L << 30, 1)).isEqualTo(new ImageShape(4096, 262_144, 1));
  }
}
