package io.s3dlio.storage.range;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RangeEngineConfigTest {
  private static final RangeEngineConfig DEFAULT = RangeEngineConfig.DEFAULT;

  @Test
  void defaultsAreTheGuides() {
    assertThat(DEFAULT)
        .isEqualTo(new RangeEngineConfig(67_108_864, 32, 4_194_304, Duration.ofSeconds(30)));
    assertThat(RangeEngineConfig.DIRECT)
        .isEqualTo(new RangeEngineConfig(67_108_864, 32, 16_777_216, Duration.ofSeconds(30)));
  }

  @Test
  void eachWitherChangesItsSettingAlone() {
    assertThat(DEFAULT.withChunkSize(1))
        .isEqualTo(new RangeEngineConfig(1, 32, 4_194_304, Duration.ofSeconds(30)));
    assertThat(DEFAULT.withMaxConcurrentRanges(1))
        .isEqualTo(new RangeEngineConfig(67_108_864, 1, 4_194_304, Duration.ofSeconds(30)));
    assertThat(DEFAULT.withMinSplitSize(1))
        .isEqualTo(new RangeEngineConfig(67_108_864, 32, 1, Duration.ofSeconds(30)));
    assertThat(DEFAULT.withTimeout(Duration.ofNanos(1)))
        .isEqualTo(new RangeEngineConfig(67_108_864, 32, 4_194_304, Duration.ofNanos(1)));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1})
  void settingsThatAreNotPositiveAreRefusedByName(int value) {
    assertThatThrownBy(() -> DEFAULT.withChunkSize(value))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid chunkSize: %d (must be > 0)", value);
    assertThatThrownBy(() -> DEFAULT.withMaxConcurrentRanges(value))
        .hasMessage("Invalid maxConcurrentRanges: %d (must be > 0)", value);
    assertThatThrownBy(() -> DEFAULT.withMinSplitSize(value))
        .hasMessage("Invalid minSplitSize: %d (must be > 0)", value);
    assertThatThrownBy(() -> DEFAULT.withTimeout(Duration.ofSeconds(value)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("Invalid timeout: PT");
  }

  @Test
  void timeoutWithoutAnEndIsPossible() {
    Duration forever = Duration.ofSeconds(Long.MAX_VALUE);
    assertThat(DEFAULT.withTimeout(forever).timeout()).isEqualTo(forever);
  }
}
