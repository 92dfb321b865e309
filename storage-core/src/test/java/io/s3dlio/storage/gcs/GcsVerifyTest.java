package io.s3dlio.storage.gcs;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.CorruptException;
import io.s3dlio.storage.ObjectReader;
import io.s3dlio.storage.ObjectReader.Checks;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.cloud.Crc32c;
import io.s3dlio.storage.cloud.VerifyRead;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Reads that are compared with the sums that the server keeps. */
class GcsVerifyTest extends ScriptedGcs {
  private static final String RIGHT = Crc32c.base64(Crc32c.of(List.of(US_ASCII.encode("abcd"))));
  private static final String WRONG = Crc32c.base64(7);

  private final ByteBuffer target = ByteBuffer.allocateDirect(4);

  private ObjectStore open(VerifyRead verify, Script script) throws IOException {
    return open(script, config -> config.withVerifyRead(verify));
  }

  private static String whole(String hashes) {
    return range("0-3/4", 17, "abcd", 4).replace("ETag", hashes + "ETag");
  }

  @Test
  void anObjectThatIsReadAtOnceIsComparedWithItsSum() throws IOException {
    open(VerifyRead.WHOLE, (n, head) -> whole("x-goog-hash: crc32c=" + RIGHT + ",md5=x\r\n"))
        .read(read(0, target));
    assertThat(target.position()).isEqualTo(4);

    ObjectStore store =
        open(
            VerifyRead.WHOLE,
            (n, head) -> whole("x-goog-hash: md5=x\r\nx-goog-hash: crc32c=" + WRONG + "\r\n"));
    assertThatThrownBy(() -> store.read(read(0, target.clear())))
        .isInstanceOf(CorruptException.class)
        .hasMessageContaining(
            "gs://bucket/dir/object: its CRC32C is %s, the server keeps %s", RIGHT, WRONG);
  }

  @Test
  void nothingIsComparedUnlessItIsAskedFor() throws IOException {
    open(VerifyRead.NONE, (n, head) -> whole("x-goog-hash: crc32c=" + WRONG + "\r\n"))
        .read(read(0, target));
    open(VerifyRead.WHOLE, (n, head) -> whole("")).read(read(0, target.clear()));

    assertThat(target.position()).isEqualTo(4);
  }

  @Test
  void anObjectThatIsReadInRangesIsComparedWithTheSumThatIsAskedFor() throws IOException {
    for (String sum : List.of(RIGHT, WRONG)) {
      ObjectStore store =
          open(
              VerifyRead.ALL,
              (n, head) -> {
                if (!head.contains("alt=media")) {
                  return body(200, object(4, 17, ", \"crc32c\": \"" + sum + "\""), "");
                }
                return head.contains("bytes=0-1")
                    ? range("0-1/4", 17, "ab", 2)
                    : range("2-3/4", 17, "cd", 2);
              });
      ObjectReader reader = store.reader();
      reader.read(read(2, target.clear().limit(2)));

      if (sum.equals(RIGHT)) {
        reader.read(read(0, target.clear().limit(2)));
        assertThat(reader.checks()).isEqualTo(new Checks(1, 0));
      } else {
        assertThatThrownBy(() -> reader.read(read(0, target.clear().limit(2))))
            .isInstanceOf(CorruptException.class);
      }
    }
  }
}
