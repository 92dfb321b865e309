package io.s3dlio.spark.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.s3dlio.datagen.SizeDistribution;
import io.s3dlio.datagen.SizeDistribution.LogNormal;
import io.s3dlio.datagen.SizeDistribution.Uniform;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ObjectSizesTest {
  private static final long MIB = 1 << 20;

  @Test
  void readsOneSize() {
    assertThat(ObjectSizes.parse("8mb")).isEqualTo(SizeDistribution.of(8 * MIB));
    assertThat(ObjectSizes.parse("0")).isEqualTo(SizeDistribution.of(0));
  }

  @Test
  void readsDistributions() {
    assertThat(ObjectSizes.parse("uniform(1mb,4mb)")).isEqualTo(new Uniform(MIB, 4 * MIB));
    assertThat(ObjectSizes.parse("Uniform ( 1mb , 4mb )")).isEqualTo(new Uniform(MIB, 4 * MIB));
    assertThat(ObjectSizes.parse("lognormal(1mb,512k)"))
        .isEqualTo(new LogNormal(MIB, MIB / 2, 0, 5L << 40));
    assertThat(ObjectSizes.parse("lognormal(1mb,512k,64k,16mb)"))
        .isEqualTo(new LogNormal(MIB, MIB / 2, 64 << 10, 16 * MIB));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "uniform(1mb)",
        "uniform(1mb,2mb,3mb)",
        "uniform 1mb,2mb",
        "uniform(1mb,2mb",
        "lognormal(1mb)",
        "lognormal(1mb,1mb,1mb)",
        "lognormal(1,2,3,4,5)",
        "normal(1mb,1mb)",
        "(1mb,2mb)",
        "1mb)",
        "",
        "big"
      })
  void otherFormsAreRefusedWithThoseThatThereAre(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ObjectSizes.parse(text))
        .withMessage(
            "must be a size such as 8mb, uniform(min,max) such as uniform(1mb,4mb),"
                + " lognormal(mean,deviation) or lognormal(mean,deviation,min,max) such as"
                + " lognormal(1mb,512k,64k,16mb)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "8xb",
        "-1",
        "6tb",
        "uniform(,)",
        "uniform(-1,5)",
        "uniform(1mb,6tb)",
        "uniform(2mb,1mb)",
        "lognormal(1mb,0)",
        "lognormal(1mb,1mb,2mb,4mb)"
      })
  void otherSizesAreRefused(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> ObjectSizes.parse(text));
  }
}
