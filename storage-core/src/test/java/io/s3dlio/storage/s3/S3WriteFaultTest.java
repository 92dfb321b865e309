package io.s3dlio.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.AccessDeniedException;
import io.s3dlio.storage.AlreadyExistsException;
import io.s3dlio.storage.CorruptException;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.WriterOptions;
import io.s3dlio.storage.cloud.Crc32c;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Writes whose answers are lost, refused or untrue. */
class S3WriteFaultTest extends ScriptedS3 {
  private static final WriterOptions OVER_E1 = WriterOptions.DEFAULT.withIfMatch("e1");

  @ParameterizedTest
  @EnumSource(S3Config.Transport.class)
  void anObjectThatALostAnswerHadWrittenIsOurs(S3Config.Transport transport) throws IOException {
    String sum = Crc32c.base64(Crc32c.of(List.of(direct("content"))));
    ObjectStore store =
        open(
            (n, head) ->
                switch (n) {
                  case 0 -> error(500, "InternalError");
                  case 1 -> error(412, "PreconditionFailed");
                  default -> head(7, "e9", "x-amz-checksum-crc32c: " + sum + "\r\n");
                },
            config -> config.transport(transport));

    ObjectInfo written = store.put(OBJECT, direct("content"), NOT_REPLACING);

    assertThat(written.etag()).isEqualTo("e9");
    assertThat(heads.get(0)).contains("If-None-Match: *");
  }

  @ParameterizedTest
  @EnumSource(S3Config.Transport.class)
  void anObjectOfAnotherIsNotOursThoughAnAnswerWasLost(S3Config.Transport transport)
      throws IOException {
    ObjectStore store =
        open(
            (n, head) ->
                switch (n) {
                  case 0 -> error(500, "InternalError");
                  case 1 -> error(412, "PreconditionFailed");
                  default -> head(7, "e9", "x-amz-checksum-crc32c: AAAAAA==\r\n");
                },
            config -> config.transport(transport));

    assertThatThrownBy(() -> store.put(OBJECT, direct("content"), NOT_REPLACING))
        .isInstanceOf(AlreadyExistsException.class);
  }

  @ParameterizedTest
  @EnumSource(S3Config.Transport.class)
  void aVersionThatALostAnswerHadReplacedIsReplaced(S3Config.Transport transport)
      throws IOException {
    String sum = Crc32c.base64(Crc32c.of(List.of(direct("content"))));
    AtomicInteger puts = new AtomicInteger();
    ObjectStore store =
        open(
            (n, head) -> {
              if (head.contains(".s3dlio-if-match-")) {
                return error(412, "PreconditionFailed");
              }
              if (head.startsWith("PUT")) {
                return puts.getAndIncrement() == 0
                    ? error(500, "InternalError")
                    : error(412, "PreconditionFailed");
              }
              return puts.get() == 0
                  ? head(7, "e1", "")
                  : head(7, "e9", "x-amz-checksum-crc32c: " + sum + "\r\n");
            },
            config -> config.transport(transport));

    assertThat(store.put(OBJECT, direct("content"), OVER_E1).etag()).isEqualTo("e9");
    assertThat(heads.stream().filter(head -> head.startsWith("PUT /bucket/dir/object ")))
        .hasSize(2)
        .allMatch(head -> head.contains("If-Match: \"e1\""));
  }

  @ParameterizedTest
  @EnumSource(S3Config.Transport.class)
  void aServerThatIgnoresVersionsReplacesNothing(S3Config.Transport transport) throws IOException {
    ObjectStore store =
        open(
            (n, head) ->
                head.startsWith("DELETE")
                    ? NO_CONTENT
                    : head.startsWith("HEAD")
                        ? head(7, "e1", "")
                        : body(200, "", TIMES + "ETag: \"e2\"\r\n"),
            config -> config.transport(transport));

    assertThatThrownBy(() -> store.put(OBJECT, direct("content"), OVER_E1))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("Cannot put s3://bucket/dir/object: only one version")
        .hasMessageContaining("the server ignores If-Match");
    assertThat(heads).noneMatch(head -> head.startsWith("PUT /bucket/dir/object "));
    assertThat(heads.get(heads.size() - 1)).startsWith("DELETE /bucket/dir/.s3dlio-if-match-");
  }

  @ParameterizedTest
  @EnumSource(S3Config.Transport.class)
  void aServerThatIgnoresVersionsOfUploadsCompletesNone(S3Config.Transport transport)
      throws IOException {
    String done =
        body(
            200,
            "<CompleteMultipartUploadResult><ETag>\"w\"</ETag></CompleteMultipartUploadResult>",
            TIMES);
    ObjectStore store =
        open(
            (n, head) -> head.startsWith("HEAD") ? head(7, "e1", "") : uploading(n, head, done),
            config -> config.transport(transport));

    assertThatThrownBy(() -> upload(store, OVER_E1))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("Cannot put s3://bucket/dir/object: only one version")
        .hasMessageContaining("the server ignores If-Match");
    assertThat(heads)
        .noneMatch(
            head -> head.startsWith("POST /bucket/dir/object?") && head.contains("uploadId="))
        .anyMatch(head -> head.startsWith("DELETE /bucket/dir/.s3dlio-if-match-"));
    assertThat(heads.get(heads.size() - 1)).startsWith("DELETE /bucket/dir/object?uploadId=u%2F1");
  }

  @ParameterizedTest
  @EnumSource(S3Config.Transport.class)
  void aServerThatKnowsNoVersionsIsNamed(S3Config.Transport transport) throws IOException {
    ObjectStore store =
        open((n, head) -> error(501, "NotImplemented"), config -> config.transport(transport));

    assertThatThrownBy(() -> store.put(OBJECT, direct("content"), OVER_E1))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("NotImplemented")
        .hasMessageContaining("The server may know no writes with If-Match");
  }

  @ParameterizedTest
  @EnumSource(S3Config.Transport.class)
  void aBucketThatIsMissingIsNoVersionThatIs(S3Config.Transport transport) throws IOException {
    ObjectStore store =
        open((n, head) -> error(404, "NoSuchBucket"), config -> config.transport(transport));

    assertThatThrownBy(() -> store.put(OBJECT, direct("content"), OVER_E1))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("NoSuchBucket");
  }

  @Test
  void anObjectThatWasThereBeforeIsNeverOurs() throws IOException {
    ObjectStore store = open((n, head) -> error(412, "PreconditionFailed"));

    assertThatThrownBy(() -> store.put(OBJECT, direct("content"), NOT_REPLACING))
        .isInstanceOf(AlreadyExistsException.class)
        .hasMessageContaining("it exists");
    assertThat(count.get()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(S3Config.Transport.class)
  void aCompletionThatFailsUnderASuccessIsNoSuccess(S3Config.Transport transport)
      throws IOException {
    AtomicInteger completions = new AtomicInteger();
    String done =
        body(
            200,
            "<CompleteMultipartUploadResult><ETag>\"whole-2\"</ETag>"
                + "</CompleteMultipartUploadResult>",
            TIMES);
    ObjectStore store =
        open(
            (n, head) ->
                head.startsWith("HEAD")
                    ? head(6 << 20, "whole-2", "")
                    : uploading(
                        n,
                        head,
                        head.startsWith("POST")
                                && head.contains("?uploadId=")
                                && completions.getAndIncrement() == 0
                            ? error(200, "InternalError")
                            : done),
            config -> config.transport(transport));

    assertThat(upload(store).etag()).isEqualTo("whole-2");
    assertThat(heads.stream().filter(head -> head.contains("?uploadId=u%2F1 "))).hasSize(2);
  }

  @Test
  void aCompletionThatIsRefusedDiscardsTheUpload() throws IOException {
    ObjectStore store = open((n, head) -> uploading(n, head, error(200, "AccessDenied")));

    assertThatThrownBy(() -> upload(store)).isInstanceOf(AccessDeniedException.class);
    assertThat(heads.get(heads.size() - 1)).startsWith("DELETE /bucket/dir/object?uploadId=u%2F1");
  }

  @ParameterizedTest
  @EnumSource(S3Config.Transport.class)
  void anUploadThatALostAnswerHadCompletedIsOurs(S3Config.Transport transport) throws IOException {
    AtomicInteger completions = new AtomicInteger();
    String sum = Crc32c.base64(Crc32c.of(List.of(ByteBuffer.allocate(6 << 20))));
    ObjectStore store =
        open(
            (n, head) -> {
              if (head.startsWith("HEAD")) {
                return head(6 << 20, "whole-2", "x-amz-checksum-crc32c: " + sum + "\r\n");
              }
              boolean completes = head.startsWith("POST") && head.contains("?uploadId=");
              return uploading(
                  n,
                  head,
                  completes && completions.getAndIncrement() == 0
                      ? error(500, "InternalError")
                      : error(404, "NoSuchUpload"));
            },
            config -> config.transport(transport));

    assertThat(upload(store).etag()).isEqualTo("whole-2");
  }

  @Test
  void aPartThatFailsDiscardsTheUploadAndNamesTheCause() throws IOException {
    ObjectStore store =
        open(
            (n, head) ->
                head.startsWith("PUT") ? error(403, "AccessDenied") : uploading(n, head, ""));

    assertThatThrownBy(() -> upload(store))
        .isInstanceOf(AccessDeniedException.class)
        .hasMessageContaining("Cannot put s3://bucket/dir/object: AccessDenied");
    assertThat(heads.get(heads.size() - 1)).startsWith("DELETE");
  }

  @Test
  void aServerWithoutSumsOfUploadsIsAskedForSumsOfParts() throws IOException {
    String done =
        body(
            200,
            "<CompleteMultipartUploadResult><ETag>\"w\"</ETag></CompleteMultipartUploadResult>",
            TIMES);
    ObjectStore store =
        open(
            (n, head) ->
                head.contains("FULL_OBJECT")
                    ? error(400, "InvalidArgument")
                    : uploading(n, head, done));

    assertThat(upload(store).etag()).isEqualTo("w");
    assertThat(heads.stream().filter(head -> head.startsWith("PUT")))
        .hasSize(2)
        .allMatch(head -> head.contains("x-amz-checksum-crc32c: "));
  }

  @ParameterizedTest
  @CsvSource({
    "OWN, 7, e1, good, ''",
    "OWN, 8, e1, good, 8 bytes",
    "OWN, 7, e2, good, the ETag 'e2'",
    "OWN, 7, e1, AAAAAA==, the CRC32C AAAAAA==",
    "OWN, 7, e1, '', ''",
    "OWN, 7, e1, AAAAAA==-2, ''",
    "SDK, 7, e1, good, ''",
    "SDK, 8, e1, good, 8 bytes",
    "SDK, 7, e2, good, the ETag 'e2'",
    "SDK, 7, e1, AAAAAA==, the CRC32C AAAAAA==",
  })
  void whatIsThereAfterAWriteIsWhatWasWritten(
      S3Config.Transport transport, long length, String etag, String sum, String found)
      throws IOException {
    String good = Crc32c.base64(Crc32c.of(List.of(direct("content"))));
    String kept =
        sum.isEmpty() ? "" : "x-amz-checksum-crc32c: " + (sum.equals("good") ? good : sum) + "\r\n";
    ObjectStore store =
        open(
            (n, head) ->
                head.startsWith("PUT")
                    ? body(200, "", TIMES + "ETag: \"e1\"\r\n")
                    : head(length, etag, kept),
            config -> config.transport(transport).verify(S3Config.Verify.HEAD));

    if (found.isEmpty()) {
      assertThat(store.put(OBJECT, direct("content"), WriterOptions.DEFAULT).etag())
          .isEqualTo("e1");
    } else {
      assertThatThrownBy(() -> store.put(OBJECT, direct("content"), WriterOptions.DEFAULT))
          .isInstanceOf(CorruptException.class)
          .hasMessageContaining("Cannot put s3://bucket/dir/object: 7 bytes with the ETag 'e1'")
          .hasMessageContaining(found)
          .hasMessageContaining("Write it again");
    }
    assertThat(heads.get(heads.size() - 1))
        .startsWith("HEAD ")
        .contains("x-amz-checksum-mode: ENABLED");
  }

  @ParameterizedTest
  @EnumSource(S3Config.Transport.class)
  void anUploadThatIsNotThereAsItWasWrittenIsFound(S3Config.Transport transport)
      throws IOException {
    String done =
        body(
            200,
            "<CompleteMultipartUploadResult><ETag>\"whole-2\"</ETag>"
                + "</CompleteMultipartUploadResult>",
            TIMES);
    ObjectStore store =
        open(
            (n, head) ->
                head.startsWith("HEAD")
                    ? head(6 << 20, "whole-2", "x-amz-checksum-crc32c: AAAAAA==\r\n")
                    : uploading(n, head, done),
            config -> config.transport(transport).verify(S3Config.Verify.HEAD));

    assertThatThrownBy(() -> upload(store))
        .isInstanceOf(CorruptException.class)
        .hasMessageContaining("Cannot put s3://bucket/dir/object: 6291456 bytes")
        .hasMessageContaining("AAAAAA==");
  }

  @Test
  void nothingIsLookedAtAfterAWriteUnlessThatIsAskedFor() throws IOException {
    ObjectStore store = open((n, head) -> body(200, "", TIMES + "ETag: \"e\"\r\n"));

    store.put(OBJECT, direct("content"), WriterOptions.DEFAULT);

    assertThat(heads).hasSize(1);
  }
}
