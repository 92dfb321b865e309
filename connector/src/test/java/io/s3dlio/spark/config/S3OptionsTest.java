package io.s3dlio.spark.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.s3dlio.storage.s3.S3Config;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class S3OptionsTest {
  private static S3Config config(Map<String, String> options) {
    return S3Options.config(ResolvedOptions.forRead(options, Map.of()));
  }

  @Test
  void everyTimeOutReachesTheStore() {
    Map<String, String> times =
        Map.of(
            "connectTimeout", "1s",
            "firstByteTimeout", "2s",
            "stallTimeout", "3s",
            "requestTimeout", "4m");

    assertThat(config(times))
        .isEqualTo(
            S3Config.builder()
                .connectTimeout(Duration.ofSeconds(1))
                .firstByteTimeout(Duration.ofSeconds(2))
                .stallTimeout(Duration.ofSeconds(3))
                .requestTimeout(Duration.ofMinutes(4))
                .build());
    assertThat(config(Map.of())).isEqualTo(S3Config.DEFAULT);
  }

  @ParameterizedTest
  @ValueSource(strings = {"connectTimeout", "firstByteTimeout", "stallTimeout", "requestTimeout"})
  void aTimeOutThatIsNoneIsRefused(String option) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> config(Map.of(option, "0s")))
        .withMessage("Invalid %s: '0s' (must be from 1ms to 86400s)", option);
  }
}
