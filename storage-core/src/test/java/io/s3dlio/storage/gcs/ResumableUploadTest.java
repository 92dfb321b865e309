package io.s3dlio.storage.gcs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.s3dlio.storage.AlreadyExistsException;
import io.s3dlio.storage.CorruptException;
import io.s3dlio.storage.ObjectChangedException;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectWriter;
import io.s3dlio.storage.StagedObject;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.UnavailableException;
import io.s3dlio.storage.WriterOptions;
import io.s3dlio.storage.cloud.UploadChecksum;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Resumable uploads, of zeros in parts of 5 MiB, and what may happen to them. */
class ResumableUploadTest extends ScriptedGcs {
  private static final int MIB = 1 << 20;
  private static final String FIRST = "bytes 0-5242879/*";
  private static final String LAST = "bytes 5242880-5342879/5342880";
  private static final String BREAK = "break";

  /** The CRC32C of so many zeros. */
  private static final String SUM = "5bwjKg==";

  /** Answers the requests of a session in turn; what else comes is answered as it should be. */
  private ObjectStore session(String... answers) throws IOException {
    Deque<String> left = new ArrayDeque<>(Arrays.asList(answers));
    return open((n, head) -> answer(left, head));
  }

  private static @Nullable String answer(Deque<String> left, String head) {
    if (isBegin(head)) {
      return session();
    }
    if (head.startsWith("DELETE")) {
      return head.contains("upload_id=") ? ENDED : NO_CONTENT;
    }
    String next = left.isEmpty() ? error(400, "unexpected") : left.remove();
    return next.equals(BREAK) ? null : next;
  }

  private static String done(long size) {
    return found(size, 17);
  }

  private List<String> methods() {
    return List.copyOf(heads).stream().map(head -> head.substring(0, head.indexOf(' '))).toList();
  }

  @Test
  void bytesGoToOneSessionInTheirOrder() throws IOException {
    ObjectStore store = session(resume(5 * MIB), done(LENGTH));

    assertThat(upload(store, WriterOptions.DEFAULT).etag()).isEqualTo("17");

    assertThat(heads.get(0))
        .startsWith("POST /upload/storage/v1/b/bucket/o?uploadType=resumable&fields=")
        .doesNotContain("ifGenerationMatch");
    assertThat(servers.get(0).bodies().get(0)).contains("\"name\":\"dir/object\"");
    assertThat(heads.get(1)).startsWith("PUT /upload/storage/v1/b/bucket/o?" + SESSION + " HTTP");
    assertThat(ranges()).containsExactly(FIRST, LAST);
    assertThat(field(heads.get(1), "X-Goog-Hash")).isEmpty();
    assertThat(field(heads.get(2), "X-Goog-Hash")).isEqualTo("crc32c=" + SUM);
  }

  @Test
  void anObjectOfWholeUnitsEndsWithoutBytes() throws IOException {
    ObjectStore store = session(resume(5 * MIB), resume(10 * MIB), done(10 * MIB));

    upload(store, WriterOptions.DEFAULT, 10 * MIB);

    assertThat(ranges()).containsExactly(FIRST, "bytes 5242880-10485759/*", "bytes */10485760");
  }

  @Test
  void whatIsNoWholeUnitWaitsForTheNextPart() throws IOException {
    ObjectStore store = session(resume(5 * MIB), resume(10 * MIB), done(10 * MIB + 2003));

    WriterOptions options = WriterOptions.DEFAULT.withPartSize(5 * MIB + 1000);
    upload(store, options, 10 * MIB + 2003);

    assertThat(ranges())
        .containsExactly(FIRST, "bytes 5242880-10485759/*", "bytes 10485760-10487762/10487763");
  }

  @Test
  void aStagedObjectLacksNothingButItsEnd() throws IOException {
    ObjectStore store = session(done(1000));
    StagedObject staged;
    try (ObjectWriter writer = store.createWriter(OBJECT, WriterOptions.DEFAULT)) {
      writer.write(ByteBuffer.allocate(1000));
      staged = writer.stage();
    }
    assertThat(ranges()).isEmpty();

    assertThat(staged.complete().length()).isEqualTo(1000);
    assertThat(ranges()).containsExactly("bytes 0-999/1000");
  }

  @Test
  void afterAFailureTheServerIsAskedHowFarItCame() throws IOException {
    ObjectStore store =
        session(
            error(503, "backendError"),
            resume(MIB),
            resume(5 * MIB),
            error(500, "internalError"),
            resume(5 * MIB + 50_000),
            done(LENGTH));

    upload(store, WriterOptions.DEFAULT);

    assertThat(ranges())
        .containsExactly(
            FIRST,
            "bytes */*",
            "bytes 1048576-5242879/*",
            LAST,
            "bytes */5342880",
            "bytes 5292880-5342879/5342880");
  }

  @Test
  void whatArrivedThoughItsAnswerWasLostIsNotSentAgain() throws IOException {
    ObjectStore store = session(BREAK, BREAK, resume(5 * MIB), BREAK, BREAK, done(LENGTH));

    assertThat(upload(store, WriterOptions.DEFAULT).etag()).isEqualTo("17");

    // The transport itself tries once more where a kept connection breaks.
    assertThat(ranges()).containsExactly(FIRST, FIRST, "bytes */*", LAST, LAST, "bytes */5342880");
  }

  @Test
  void aServerThatHasNothingYetGetsAll() throws IOException {
    ObjectStore store = session(error(502, "x"), resume(0), resume(5 * MIB), done(LENGTH));

    upload(store, WriterOptions.DEFAULT);

    assertThat(ranges()).containsExactly(FIRST, "bytes */*", FIRST, LAST);
  }

  @Test
  void aServerThatKeepsAPartOfWhatItGotGetsTheRest() throws IOException {
    ObjectStore store = session(resume(2 * MIB), resume(3 * MIB), resume(5 * MIB), done(LENGTH));

    upload(store, WriterOptions.DEFAULT);

    assertThat(ranges())
        .containsExactly(FIRST, "bytes 2097152-5242879/*", "bytes 3145728-5242879/*", LAST);
  }

  @Test
  void aServerThatKeepsNothingFailsTheUpload() throws IOException {
    String none = resume(0);
    ObjectStore store = session(none, none, none, none, none, none, none, none, none, none);

    assertThatThrownBy(() -> upload(store, WriterOptions.DEFAULT))
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("the server has kept none of the bytes that it got")
        .hasMessageContaining("(after 5 attempts)");
    assertThat(methods()).endsWith("DELETE");
  }

  @Test
  void aServerThatLosesWhatItHadFailsTheUpload() throws IOException {
    ObjectStore store = session(resume(5 * MIB), error(503, "x"), resume(MIB));

    assertThatThrownBy(() -> upload(store, WriterOptions.DEFAULT))
        .isExactlyInstanceOf(StorageException.class)
        .hasMessageContaining("the server has 1048576 bytes")
        .hasMessageEndingWith("Write it again");
  }

  @ParameterizedTest
  @ValueSource(ints = {404, 410})
  void aSessionThatIsGoneCannotBeTakenUp(int status) throws IOException {
    ObjectStore store = session(error(status, "x"));

    assertThatThrownBy(() -> upload(store, NOT_REPLACING))
        .isExactlyInstanceOf(StorageException.class)
        .hasMessageContaining("the server has forgotten the upload")
        .hasMessageContaining("Write it again");
    assertThat(ranges()).containsExactly(FIRST);
    assertThat(methods()).endsWith("DELETE");
  }

  @Test
  void anObjectWhoseSessionIsGoneIsKnownByItsMark() throws IOException {
    ObjectStore store =
        open(
            (n, head) -> {
              if (isBegin(head)) {
                return session();
              }
              if (head.startsWith("GET")) {
                return body(200, object(LENGTH, 19, marked(uploadId())), "");
              }
              boolean last = field(head, "Content-Range").endsWith("5342880");
              return last ? error(404, "notFound") : resume(5 * MIB);
            });

    assertThat(upload(store, WriterOptions.DEFAULT).etag()).isEqualTo("19");
  }

  @Test
  void aConditionThatFailsAtTheEndIsTold() throws IOException {
    ObjectStore store =
        open(
            (n, head) -> {
              if (isBegin(head)) {
                return session();
              }
              if (head.startsWith("GET")) {
                return error(404, "notFound", "No such object");
              }
              if (head.startsWith("DELETE")) {
                return ENDED;
              }
              boolean last = field(head, "Content-Range").endsWith("5342880");
              return last ? error(412, "conditionNotMet") : resume(5 * MIB);
            });

    assertThatThrownBy(() -> upload(store, NOT_REPLACING))
        .isInstanceOf(AlreadyExistsException.class);
    assertThat(heads.get(0)).contains("&ifGenerationMatch=0 HTTP");
  }

  @Test
  void aConditionThatFailsAtOnceIsTold() throws IOException {
    ObjectStore store = open((n, head) -> error(412, "conditionNotMet"));

    assertThatThrownBy(() -> upload(store, OVER_17)).isInstanceOf(ObjectChangedException.class);
    assertThat(heads).hasSize(1);
    assertThat(heads.get(0)).contains("&ifGenerationMatch=17 HTTP");
  }

  @Test
  void anObjectWithAnotherSumIsTakenBack() throws IOException {
    String wrong = body(200, object(LENGTH, 17, ", \"crc32c\": \"AAAAAA==\""), "");
    ObjectStore store = session(resume(5 * MIB), wrong);

    assertThatThrownBy(() -> upload(store, WriterOptions.DEFAULT))
        .isInstanceOf(CorruptException.class)
        .hasMessageContaining("'AAAAAA=='")
        .hasMessageContaining("'" + SUM + "'");
    assertThat(heads)
        .anyMatch(
            head ->
                head.startsWith("DELETE /storage/v1/b/bucket/o/dir%2Fobject?generation=17 HTTP"));
  }

  @Test
  void anObjectWithItsSumIsKept() throws IOException {
    String right = body(200, object(LENGTH, 17, ", \"crc32c\": \"" + SUM + "\""), "");

    assertThat(upload(session(resume(5 * MIB), right), WriterOptions.DEFAULT).etag())
        .isEqualTo("17");
  }

  @Test
  void anObjectOfAnotherLengthIsTakenBackWhateverItsSum() throws IOException {
    Deque<String> left = new ArrayDeque<>(List.of(resume(5 * MIB), done(LENGTH - 1)));
    ObjectStore store =
        open((n, head) -> answer(left, head), config -> config.withChecksum(UploadChecksum.NONE));

    assertThatThrownBy(() -> upload(store, WriterOptions.DEFAULT))
        .isInstanceOf(CorruptException.class);
    assertThat(field(heads.get(2), "X-Goog-Hash")).isEmpty();
  }

  @Test
  void aSumThatTheServerRefusesIsACorruption() throws IOException {
    ObjectStore store =
        session(
            resume(5 * MIB),
            error(400, "invalid", "Provided CRC32C doesn't match calculated CRC32C."));

    assertThatThrownBy(() -> upload(store, WriterOptions.DEFAULT))
        .isInstanceOf(CorruptException.class)
        .hasMessageContaining("doesn't match calculated");
    assertThat(ranges()).containsExactly(FIRST, LAST);
  }

  @Test
  void aServerThatEndsAnUploadEarlyIsNotBelieved() throws IOException {
    ObjectStore store = session(done(5 * MIB));

    assertThatThrownBy(() -> upload(store, WriterOptions.DEFAULT))
        .hasMessageContaining("the server has ended the upload before its last bytes");
  }

  @Test
  void aWriterThatIsClosedEarlyEndsItsSession() throws IOException {
    ObjectStore store = session(resume(5 * MIB));
    try (ObjectWriter writer = store.createWriter(OBJECT, WriterOptions.DEFAULT)) {
      writer.write(ByteBuffer.allocateDirect(6 * MIB));
    }

    assertThat(methods()).containsExactly("POST", "PUT", "DELETE");
    assertThat(heads.get(2)).contains(SESSION);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "Location: /upload\r\n", "Location: https://x.example/?a=b&upload_id=1\r\n"})
  void anAnswerThatNamesNoSessionIsRefused(String fields) throws IOException {
    ObjectStore store = open((n, head) -> body(200, "", fields));

    assertThatThrownBy(() -> upload(store, WriterOptions.DEFAULT))
        .hasMessageContaining("names no session");
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 403, 404, 410, 412, 500, 503})
  void noFailureShowsTheSessionOrTheToken(int status) throws IOException {
    ObjectStore store =
        open(
            (n, head) -> isBegin(head) ? session() : error(status, "x"),
            config -> config.withClient(config.client().withMaxAttempts(2)));

    Throwable e = catchThrowable(() -> upload(store, NOT_REPLACING));

    java.io.StringWriter trace = new java.io.StringWriter();
    e.printStackTrace(new java.io.PrintWriter(trace));
    assertThat(trace.toString()).doesNotContain("secret").contains("gs://bucket/dir/object");
  }
}
