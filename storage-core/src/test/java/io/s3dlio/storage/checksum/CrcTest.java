package io.s3dlio.storage.checksum;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.zip.Checksum;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class CrcTest {
  @Property(tries = 200)
  void sumsOfPiecesCombineToTheSumOfAll(
      @ForAll @Size(max = 3000) byte[] first, @ForAll @Size(max = 7000) byte[] second) {
    for (Crc crc : new Crc[] {Crc.CRC32, Crc.CRC32C}) {
      Checksum all = crc.begin();
      all.update(first);
      all.update(second);
      assertThat(crc.combine(crc.of(first), crc.of(second), second.length))
          .isEqualTo((int) all.getValue());
    }
  }

  @Property(tries = 200)
  void thePieceManyTimesHasTheSumOfThemAll(
      @ForAll @Size(max = 300) byte[] piece, @ForAll @IntRange(max = 70) int times) {
    for (Crc crc : new Crc[] {Crc.CRC32, Crc.CRC32C}) {
      Checksum all = crc.begin();
      for (int i = 0; i < times; i++) {
        all.update(piece);
      }
      assertThat(crc.repeat(crc.of(piece), piece.length, times)).isEqualTo((int) all.getValue());
    }
  }

  /** "123456789", as catalogues of such checks give it. */
  @Test
  void theSumsAreThoseOfTheCatalogue() {
    byte[] digits = {'1', '2', '3', '4', '5', '6', '7', '8', '9'};
    assertThat(Crc.CRC32.of(digits)).isEqualTo(0xcbf43926);
    assertThat(Crc.CRC32C.of(digits)).isEqualTo(0xe3069283);
  }
}
