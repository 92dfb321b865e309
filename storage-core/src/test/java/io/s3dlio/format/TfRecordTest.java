package io.s3dlio.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class TfRecordTest {
  /** As TensorFlow's writer writes a record of 100 bytes. */
  @Test
  void theLengthIsFollowedByItsMaskedSum() {
    assertThat(HexFormat.of().formatHex(TfRecord.head(100))).isEqualTo("6400000000000000435f1cdf");
  }
}
