package io.s3dlio.storage.gcs;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.s3dlio.storage.AccessDeniedException;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.ObjectChangedException;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.StorageTimeoutException;
import io.s3dlio.storage.ThrottledException;
import io.s3dlio.storage.TruncatedException;
import io.s3dlio.storage.UnavailableException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Reads whose answers are not what was asked for. */
class GcsReadFaultTest extends ScriptedGcs {
  private final ByteBuffer target = ByteBuffer.allocateDirect(4);

  @Test
  void aReadAsksForOneVersionAsItIsStored() throws IOException {
    ObjectStore store = open((n, head) -> range("2-5/10", 17, "2345", 4));

    store.read(read(2, target));

    assertThat(US_ASCII.decode(target.flip()).toString()).isEqualTo("2345");
    assertThat(heads.get(0))
        .startsWith(
            "GET /storage/v1/b/bucket/o/dir%2Fobject?alt=media&ifGenerationMatch=17 HTTP/1.1\r\n")
        .contains("\r\nRange: bytes=2-5\r\n")
        .contains("\r\nAccept-Encoding: gzip\r\n")
        .contains("\r\nAuthorization: Bearer very-secret\r\n");
  }

  @Test
  void whateverVersionIsThereIsReadWithoutACondition() throws IOException {
    ObjectStore store = open((n, head) -> range("2-5/10", 18, "2345", 4));

    store.read(new ReadRequest(OBJECT, "", 2, target));

    assertThat(heads.get(0)).startsWith("GET /storage/v1/b/bucket/o/dir%2Fobject?alt=media HTTP");
  }

  @Test
  void whatIsStoredCompressedComesAsItIsStored() throws IOException {
    ObjectStore store =
        open(
            (n, head) ->
                range("0-3/4", 17, "\u001f\u008bxy", 4)
                    .replace("ETag", "Content-Encoding: gzip\r\nETag"));

    store.read(read(0, target));

    assertThat(target.flip().get(0)).isEqualTo((byte) 0x1f);
    assertThat(target.remaining()).isEqualTo(4);
  }

  @Test
  void whatTheServerHasDecompressedIsRefused() throws IOException {
    ObjectStore store =
        open(
            (n, head) ->
                "HTTP/1.1 200 x\r\nX-Goog-Generation: 17\r\nTransfer-Encoding: chunked\r\n"
                    + "Warning: 214 UploadServer gunzipped\r\n\r\n2\r\nab\r\n0\r\n\r\n");

    assertThatThrownBy(() -> store.read(read(0, target)))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("asked for the bytes from 0 to before 4");
    assertThat(target.position()).isZero();
  }

  @Test
  void anotherVersionHasChanged() throws IOException {
    ObjectStore store = open((n, head) -> n == 0 ? error(412, "conditionNotMet") : found(10, 18));

    assertThatThrownBy(() -> store.read(read(0, target)))
        .isInstanceOf(ObjectChangedException.class)
        .hasMessageStartingWith("Cannot read gs://bucket/dir/object: conditionNotMet: told")
        .hasMessageEndingWith("[status 412, request R1]. List it again");
  }

  @Test
  void noObjectIsNoOtherVersion() throws IOException {
    ObjectStore store =
        open(
            (n, head) ->
                n == 0 ? error(412, "conditionNotMet") : error(404, "notFound", "No such object"));

    assertThatThrownBy(() -> store.read(read(0, target))).isInstanceOf(NotFoundException.class);
  }

  @Test
  void anAnswerOfAnotherVersionIsRefusedBeforeAByteOfIt() throws IOException {
    ObjectStore store = open((n, head) -> n == 0 ? range("0-3/4", 18, "abcd", 4) : found(4, 18));

    assertThatThrownBy(() -> store.read(read(0, target)))
        .isInstanceOf(ObjectChangedException.class);
    assertThat(target.position()).isZero();
  }

  @Test
  void anAnswerThatStandsStillKeepsWhatCame() throws IOException {
    ObjectStore store =
        open(
            (n, head) -> range("0-3/4", 17, "ab", 4),
            config -> config.withClient(config.client().withStallTimeout(Duration.ofMillis(200))));

    assertThatThrownBy(() -> store.read(read(0, target)))
        .isInstanceOf(StorageTimeoutException.class);
    assertThat(target.position()).isEqualTo(2);
  }

  @Test
  void aConnectionThatBreaksIsUnavailable() throws IOException {
    ObjectStore store = open((n, head) -> null);

    StorageException e =
        catchThrowableOfType(StorageException.class, () -> store.read(read(0, target)));

    assertThat(e).isInstanceOf(UnavailableException.class);
    assertThat(e.isRetryable()).isTrue();
  }

  @Test
  void aShortRangeIsRefusedAsAnotherThanWasAskedFor() throws IOException {
    ObjectStore store = open((n, head) -> range("1-3/10", 17, "bcd", 3));

    assertThatThrownBy(() -> store.read(read(0, target)))
        .isExactlyInstanceOf(StorageException.class)
        .hasMessageContaining("'bytes 1-3/10'");
    assertThat(target.position()).isZero();
  }

  @Test
  void aRangePastTheEndIsTruncated() throws IOException {
    ObjectStore store =
        open(
            (n, head) ->
                n == 0 ? body(416, "<Error/>", "Content-Range: bytes */3\r\n") : found(3, 17));

    assertThatThrownBy(() -> store.read(read(3, target)))
        .isInstanceOf(TruncatedException.class)
        .hasMessageContaining("the range ends at byte 7, the object at byte 3");
  }

  @Test
  void whatADownloadSaysInPlainTextIsTold() throws IOException {
    ObjectStore store =
        open(
            (n, head) ->
                body(404, "No such object: bucket/dir/object", "Content-Type: text/html\r\n"));

    assertThatThrownBy(() -> store.read(read(0, target)))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("there is no such object");
  }

  @Test
  void aMissingBucketIsToldFromAMissingObject() throws IOException {
    ObjectStore store =
        open((n, head) -> error(404, "notFound", "The specified bucket does not exist."));

    assertThatThrownBy(() -> store.stat(OBJECT))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("NoSuchBucket: The specified bucket does not exist.")
        .hasMessageEndingWith("Create the bucket, or correct its name");
    assertThatThrownBy(() -> store.delete(OBJECT)).isInstanceOf(NotFoundException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "429, rateLimitExceeded",
    "503, backendError",
    "403, rateLimitExceeded",
    "403, userRateLimitExceeded"
  })
  void aServerThatIsPressedIsToldToTheOneWhoPresses(int status, String reason) throws IOException {
    ObjectStore store = open((n, head) -> error(status, reason));

    assertThatThrownBy(() -> store.read(read(0, target)))
        .isInstanceOf(ThrottledException.class)
        .hasMessageContaining(reason + ": told");
    assertThat(count).as("the engine tries again, not the store").hasValue(1);
  }

  @Test
  void whoIsRefusedIsToldWhatToDo() throws IOException {
    ObjectStore store = open((n, head) -> error(403, "forbidden", "x does not have access"));

    assertThatThrownBy(() -> store.read(read(0, target)))
        .isInstanceOf(AccessDeniedException.class)
        .hasMessageContaining("forbidden: x does not have access")
        .hasMessageContaining("Storage Object Viewer")
        .hasMessageNotContaining(TOKEN);
    assertThat(count).hasValue(1);
  }
}
