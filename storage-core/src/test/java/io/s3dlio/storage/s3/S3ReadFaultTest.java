package io.s3dlio.storage.s3;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.s3dlio.storage.CorruptException;
import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.ObjectChangedException;
import io.s3dlio.storage.ObjectListing;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.TruncatedException;
import io.s3dlio.storage.UnavailableException;
import io.s3dlio.storage.cloud.Crc32c;
import io.s3dlio.storage.cloud.VerifyRead;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reads and listings whose answers are cut, odd, or of another object. */
class S3ReadFaultTest extends ScriptedS3 {
  @Test
  void aBodyThatEndsEarlyIsReadOnFromWhereItEnded() throws Exception {
    Pattern from = Pattern.compile("Range: bytes=(\\d+)-(\\d+)");
    ObjectStore store =
        open(
            (n, head) -> {
              if (head.startsWith("HEAD")) {
                return head(10, "e1", "");
              }
              Matcher match = from.matcher(head);
              assertThat(match.find()).isTrue();
              int first = Integer.parseInt(match.group(1));
              String whole = "0123456789".substring(first);
              return range(
                  first + "-9/10",
                  "e1",
                  whole.substring(0, Math.min(4, whole.length())),
                  whole.length());
            },
            config -> config.stallTimeout(Duration.ofMillis(200)));

    ByteBuffer content = store.get(OBJECT);

    assertThat(ISO_8859_1.decode(content).toString()).isEqualTo("0123456789");
    assertThat(heads.stream().filter(head -> head.startsWith("GET")))
        .hasSize(3)
        .allMatch(head -> head.contains("If-Match: \"e1\""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1-4/10",
        "0-4/10",
        "2-6/10",
        "2-4/3",
        "2-5/10 ",
        "x-5/10",
        "2-5/*",
        "5-2/10",
        "",
        "2-99999999999999999999/10"
      })
  void aRangeThatWasNotAskedForIsNotRead(String range) throws IOException {
    String answer = range(range, "e1", "wron", 4);
    ObjectStore store = open((n, head) -> answer);
    ByteBuffer target = ByteBuffer.allocateDirect(4);

    if (range.equals("2-5/10 ")) {
      store.read(read(2, target));
      return;
    }
    assertThatThrownBy(() -> store.read(read(2, target)))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("Cannot read s3://bucket/dir/object");
    assertThat(target.position()).isZero();
  }

  @Test
  void anotherVersionIsNotReadThoughTheServerIgnoresTheCondition() throws IOException {
    ObjectStore store = open((n, head) -> range("0-3/10", "e2", "0123", 4));
    ByteBuffer target = ByteBuffer.allocateDirect(4);

    assertThatThrownBy(() -> store.read(read(0, target)))
        .isInstanceOf(ObjectChangedException.class);
    assertThat(target.position()).isZero();
  }

  @Test
  void theWholeObjectInPlaceOfARangeIsTakenOnlyIfItIsThat() throws IOException {
    ObjectStore store = open((n, head) -> body(200, "0123456789", "ETag: \"e1\"\r\n" + TIMES));
    ByteBuffer target = ByteBuffer.allocateDirect(10);

    store.read(read(0, target));
    assertThat(ISO_8859_1.decode(target.flip()).toString()).isEqualTo("0123456789");
    for (int offset : new int[] {0, 2}) {
      ByteBuffer part = ByteBuffer.allocateDirect(4);
      assertThatThrownBy(() -> store.read(read(offset, part)))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("the whole object");
      assertThat(part.position()).isZero();
    }
  }

  @Test
  void anAnswerThatHoldsOnlySomeOfTheRangeIsRetryable() throws IOException {
    ObjectStore store = open((n, head) -> range("0-1/10", "e1", "01", 2));
    ByteBuffer target = ByteBuffer.allocateDirect(4);

    StorageException e =
        catchThrowableOfType(StorageException.class, () -> store.read(read(0, target)));

    assertThat(e).isInstanceOf(UnavailableException.class);
    assertThat(target.position()).isEqualTo(2);
  }

  @Test
  void aBodyThatEndsBeforeItsRangeDoesIsRetryableThoughTheObjectEndsThereToo() throws IOException {
    ObjectStore store =
        open(
            (n, head) ->
                "HTTP/1.1 206 x\r\nContent-Range: bytes 0-9/10\r\nETag: \"e1\"\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n4\r\n0123\r\n0\r\n\r\n");
    ByteBuffer target = ByteBuffer.allocateDirect(10);

    assertThatThrownBy(() -> store.read(read(0, target)))
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("the answer ended 6 bytes before the range does");
    assertThat(target.position()).isEqualTo(4);
  }

  @Test
  void aRangePastTheEndNamesTheObjectsLength() throws IOException {
    ObjectStore store =
        open((n, head) -> head.startsWith("HEAD") ? head(3, "e1", "") : error(416, "InvalidRange"));

    assertThatThrownBy(() -> store.read(read(5, ByteBuffer.allocateDirect(4))))
        .isInstanceOf(TruncatedException.class)
        .hasMessageContaining("byte 9")
        .hasMessageContaining("byte 3");
  }

  @Test
  void contentThatDiffersFromTheKeptSumIsCorrupt() throws IOException {
    String good = Crc32c.base64(Crc32c.of(List.of(direct("0123"))));
    for (String sum : List.of(good, "AAAAAA==", good + "-2")) {
      ObjectStore store =
          open(
              (n, head) ->
                  body(200, "0123", "ETag: \"e1\"\r\nx-amz-checksum-crc32c: " + sum + "\r\n"),
              config -> config.verifyRead(VerifyRead.WHOLE));
      if (sum.startsWith("AAAA")) {
        assertThatThrownBy(() -> store.read(read(0, ByteBuffer.allocateDirect(4))))
            .isInstanceOf(CorruptException.class)
            .hasMessageContaining(good);
      } else {
        store.read(read(0, ByteBuffer.allocateDirect(4)));
      }
    }
    assertThat(heads).allMatch(head -> head.contains("x-amz-checksum-mode: ENABLED"));
  }

  @Test
  void aPageThatIsCutOffIsAskedForAgain() throws IOException {
    String page =
        "<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>dir/object</Key><Size>1</Size>"
            + "<LastModified>2009-10-12T17:50:30Z</LastModified></Contents></ListBucketResult>";
    ObjectStore store = open((n, head) -> body(200, n == 0 ? page.substring(0, 100) : page, TIMES));

    try (ObjectListing listing = store.list(OBJECT, ListOptions.RECURSIVE)) {
      assertThat(listing.next().location()).isEqualTo(OBJECT);
      assertThat(listing.hasNext()).isFalse();
    }
    assertThat(count.get()).isEqualTo(2);
  }

  @Test
  void aListingThatGoesRoundFails() throws IOException {
    ObjectStore store =
        open(
            (n, head) ->
                body(
                    200,
                    "<ListBucketResult><IsTruncated>true</IsTruncated>"
                        + "<NextContinuationToken>same</NextContinuationToken></ListBucketResult>",
                    TIMES));

    try (ObjectListing listing = store.list(OBJECT, ListOptions.RECURSIVE)) {
      assertThatThrownBy(listing::hasNext)
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("same again");
    }
  }
}
