package io.s3dlio.storage.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class Crc32cTest {
  @Property
  void sumsOfPiecesCombineToTheSumOfAll(
      @ForAll @Size(max = 3000) byte[] first, @ForAll @Size(max = 70_000) byte[] second) {
    ByteBuffer all = ByteBuffer.allocate(first.length + second.length).put(first).put(second);

    int combined =
        Crc32c.combine(
            Crc32c.of(List.of(ByteBuffer.wrap(first))),
            Crc32c.of(List.of(ByteBuffer.wrap(second))),
            second.length);

    assertThat(combined).isEqualTo(Crc32c.of(List.of(all.flip())));
  }

  /** 32 bytes of zeros, from RFC 3720, appendix B.4: 8a9136aa. */
  @Test
  void theSumIsThatOfTheRfcAndWrittenHighestByteFirst() {
    int sum = Crc32c.of(List.of(ByteBuffer.allocate(20), ByteBuffer.allocate(12)));

    assertThat(sum).isEqualTo(0x8a9136aa);
    assertThat(Crc32c.base64(sum)).isEqualTo("ipE2qg==");
  }
}
