package io.s3dlio.storage.gcs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.CorruptException;
import io.s3dlio.storage.ObjectReader;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.cloud.VerifyRead;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reads that are compared with the sums that Google keeps. */
class GcsIntegrityTest extends ScriptedGcs {
  private static final String RIGHT = "crc32c=Ya91Mw==";
  private static final String WRONG = "crc32c=AAAAAA==";

  private ObjectStore answering(VerifyRead verify, String fields) throws IOException {
    return open(
        (n, head) -> range("0-6/7", 17, "content", 7).replace("ETag", fields + "ETag"),
        config -> config.withVerifyRead(verify));
  }

  private static ByteBuffer whole(ObjectReader reader) throws IOException {
    ByteBuffer target = ByteBuffer.allocateDirect(7);
    reader.read(new ReadRequest(OBJECT, "17", 0, target, true));
    return target;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "X-Goog-Hash: " + RIGHT + ",md5=x\r\n",
        "X-Goog-Hash: md5=x," + RIGHT + "\r\n",
        "X-Goog-Hash: " + RIGHT + "\r\nX-Goog-Hash: md5=x\r\n",
        "X-Goog-Hash: md5=x\r\nX-Goog-Hash: " + RIGHT + "\r\n"
      })
  void anObjectWithItsSumPassesHoweverItIsTold(String fields) throws IOException {
    for (VerifyRead verify : new VerifyRead[] {VerifyRead.WHOLE, VerifyRead.ALL}) {
      ObjectReader reader = answering(verify, fields).reader();
      assertThatCode(() -> whole(reader)).doesNotThrowAnyException();
      if (verify == VerifyRead.ALL) {
        assertThat(reader.checks()).isEqualTo(new ObjectReader.Checks(1, 0));
      }
    }
    assertThat(heads).as("the answer tells the sum").hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "X-Goog-Hash: " + WRONG + ",md5=x\r\n",
        "X-Goog-Hash: md5=x\r\nX-Goog-Hash: " + WRONG + "\r\n"
      })
  void anObjectWithAnotherSumIsCorrupt(String fields) throws IOException {
    for (VerifyRead verify : new VerifyRead[] {VerifyRead.WHOLE, VerifyRead.ALL}) {
      ObjectReader reader = answering(verify, fields).reader();
      assertThatThrownBy(() -> whole(reader))
          .isInstanceOf(CorruptException.class)
          .hasMessageContaining("Ya91Mw==")
          .hasMessageContaining("AAAAAA==");
    }
    ObjectReader unchecked = answering(VerifyRead.NONE, fields).reader();
    assertThatCode(() -> whole(unchecked)).doesNotThrowAnyException();
  }

  @Test
  void rangesAreComparedOnceTheyAreTheWhole() throws IOException {
    for (String sum : new String[] {"Ya91Mw==", "AAAAAA=="}) {
      ObjectReader reader =
          open(
                  (n, head) -> {
                    if (!head.contains("alt=media")) {
                      return body(200, object(7, 17, ", \"crc32c\": \"" + sum + "\""), "");
                    }
                    return field(head, "Range").equals("bytes=0-2")
                        ? range("0-2/7", 17, "con", 3)
                        : range("3-6/7", 17, "tent", 4);
                  },
                  config -> config.withVerifyRead(VerifyRead.ALL))
              .reader();

      reader.read(read(3, ByteBuffer.allocateDirect(4)));
      if (sum.startsWith("Y")) {
        reader.read(read(0, ByteBuffer.allocateDirect(3)));
        assertThat(reader.checks()).isEqualTo(new ObjectReader.Checks(1, 0));
      } else {
        assertThatThrownBy(() -> reader.read(read(0, ByteBuffer.allocateDirect(3))))
            .isInstanceOf(CorruptException.class);
      }
    }
  }

  @Test
  void aRangeIsNotComparedWithTheSumOfTheWhole() throws IOException {
    ObjectStore store =
        open(
            (n, head) ->
                range("0-2/7", 17, "con", 3).replace("ETag", "X-Goog-Hash: " + RIGHT + "\r\nETag"),
            config -> config.withVerifyRead(VerifyRead.WHOLE));

    assertThatCode(() -> store.read(read(0, ByteBuffer.allocateDirect(3))))
        .doesNotThrowAnyException();
  }

  @Test
  void nothingIsComparedUnlessItIsAskedFor() {
    assertThatCode(
            () -> whole(answering(VerifyRead.NONE, "X-Goog-Hash: " + WRONG + "\r\n").reader()))
        .doesNotThrowAnyException();
  }
}
