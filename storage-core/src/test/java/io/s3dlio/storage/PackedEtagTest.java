package io.s3dlio.storage;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PackedEtagTest {
  @ParameterizedTest
  @CsvSource({
    "'', 2",
    "abc, 4",
    "d41d8cd98f00b204e9800998ecf8427e, 18",
    "d41d8cd98f00b204e9800998ecf8427e-12, 20",
    "8741-18ea841dd35e6847-98802d, 17",
    "0-00-000, 8",
    "ABCDEF, 7",
    "-, 3",
    "W/été, 8",
    "'0x8DC5F2A1B3C4D5E', 18",
    "a-a-a-a-a-a-a-a-a, 18",
  })
  void givesTheTextBackInAFewBytes(String etag, int bytes) {
    byte[] packed = PackedEtag.pack(etag);

    assertThat(PackedEtag.unpack(packed, 0, packed.length)).isEqualTo(etag);
    assertThat(packed).hasSize(bytes);
  }

  @ParameterizedTest
  @CsvSource({"127", "128", "300"})
  void keepsLongNumbersExactly(int digits) {
    String etag = "f".repeat(digits);
    byte[] packed = PackedEtag.pack(etag);

    assertThat(PackedEtag.unpack(packed, 0, packed.length)).isEqualTo(etag);
  }
}
