package io.s3dlio.spark.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SizesTest {
  @ParameterizedTest
  @CsvSource({"0, 0", "512, 512", "512, 512b", "65536, 64k", "1048576, 1mb", "1048576, 1m"})
  void readsSizesAsSparkDoes(long bytes, String text) {
    assertThat(Sizes.parse(text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "1.5mb", "mb", "1 mb", "99999999999999999999", "9999pb"})
  void refusesWhatIsNoSize(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> Sizes.parse(text));
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "1.5, 1.5", "100, 100", "99.999999999, 99.999999999"})
  void readsDecimals(double value, String text) {
    assertThat(Sizes.parseDecimalWithin(text, 1, 100)).isEqualTo(value);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"0.999", "100.1", "1e1", "NaN", "Infinity", "+2", "-2", "2.", ".5", "2f", ""})
  void refusesWhatIsNoDecimalWithinItsBounds(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> Sizes.parseDecimalWithin(text, 1, 100));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1023, 1023",
    "1k, 1024",
    "1536, 1536",
    "16mb, 16777216",
    "5tb, 5497558138880"
  })
  void writesTheLargestUnitThatDivides(String text, long bytes) {
    assertThat(Sizes.format(bytes)).isEqualTo(text);
  }
}
