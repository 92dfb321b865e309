package io.s3dlio.storage.s3;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.s3dlio.storage.AccessDeniedException;
import io.s3dlio.storage.AlreadyExistsException;
import io.s3dlio.storage.BatchDeleteException;
import io.s3dlio.storage.CorruptException;
import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.ObjectChangedException;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectListing;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectWriter;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.StorageTimeoutException;
import io.s3dlio.storage.ThrottledException;
import io.s3dlio.storage.TruncatedException;
import io.s3dlio.storage.UnavailableException;
import io.s3dlio.storage.WriterOptions;
import io.s3dlio.storage.telemetry.Counter;
import io.s3dlio.storage.transport.FullServer;
import io.s3dlio.storage.transport.HttpStub;
import io.s3dlio.storage.transport.HttpTransport;
import io.s3dlio.storage.transport.TransportConfig;
import io.s3dlio.testing.NoLeaks;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the store makes of answers that no healthy server gives. */
@Timeout(120)
@ExtendWith(NoLeaks.class)
class S3StoreFaultTest {
  private static final Location OBJECT = new Location("s3", "bucket", "dir/object");
  private static final WriterOptions NOT_REPLACING =
      WriterOptions.DEFAULT.withReplaceExisting(false);
  private static final String TIMES =
      "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\nDate: Sun, 06 Nov 1994 08:50:00 GMT\r\n";
  private static final String NO_CONTENT = "HTTP/1.1 204 x\r\n\r\n";

  private final List<String> heads = Collections.synchronizedList(new ArrayList<>());
  private final AtomicInteger count = new AtomicInteger();
  private final List<HttpStub> servers = new ArrayList<>();

  /** Answers the n-th request, counting from 0, on whichever connection. */
  @FunctionalInterface
  private interface Script {
    String answer(int number, String head);
  }

  private ObjectStore open(Script script) throws IOException {
    return open(script, config -> config);
  }

  private ObjectStore open(Script script, UnaryOperator<S3Config.Builder> more) throws IOException {
    HttpStub server =
        new HttpStub(
            (connection, request, head) -> {
              heads.add(head);
              String answer = script.answer(count.getAndIncrement(), head);
              boolean waits = head.contains("Expect: 100-continue");
              return waits ? "HTTP/1.1 100 Continue\r\n\r\n" + answer : answer;
            });
    servers.add(server);
    S3Config.Builder config =
        S3Config.builder()
            .endpoint(URI.create(server.endpoint().toString()))
            .region("eu-test-1")
            .credentials(new S3Credentials("id", "very-secret", ""))
            .partSize(5 << 20);
    return S3Stores.open(more.apply(config).build());
  }

  @AfterEach
  void stop() throws IOException {
    for (HttpStub server : servers) {
      server.close();
    }
  }

  private static String error(int status, String code) {
    return error(status, code, TIMES);
  }

  private static String error(int status, String code, String fields) {
    return body(status, "<Error><Code>" + code + "</Code><Message>told</Message></Error>", fields);
  }

  private static String dated(Duration apart) {
    return "Date: "
        + DateTimeFormatter.RFC_1123_DATE_TIME.format(
            Instant.now().plus(apart).atOffset(ZoneOffset.UTC))
        + "\r\n";
  }

  private static String body(int status, String body, String fields) {
    return "HTTP/1.1 "
        + status
        + " x\r\n"
        + fields
        + "x-amz-request-id: R1\r\nContent-Length: "
        + body.length()
        + "\r\n\r\n"
        + body;
  }

  private static String head(long length, String etag, String more) {
    return "HTTP/1.1 200 x\r\n"
        + TIMES
        + more
        + "ETag: \""
        + etag
        + "\"\r\nContent-Length: "
        + length
        + "\r\n\r\n";
  }

  private static String range(String range, String etag, String body, int length) {
    return "HTTP/1.1 206 x\r\nContent-Range: bytes "
        + range
        + "\r\nETag: \""
        + etag
        + "\"\r\nContent-Length: "
        + length
        + "\r\n\r\n"
        + body;
  }

  private static ReadRequest read(int offset, ByteBuffer target) {
    return new ReadRequest(OBJECT, "e1", offset, target);
  }

  private static ByteBuffer direct(String text) {
    return ByteBuffer.allocateDirect(text.length()).put(text.getBytes(ISO_8859_1)).flip();
  }

  // ---- retries

  @ParameterizedTest
  @ValueSource(
      strings = {
        "503 SlowDown",
        "503 ServiceUnavailable",
        "429 TooManyRequests",
        "500 InternalError",
        "502 BadGateway",
        "504 GatewayTimeout",
        "408 RequestTimeout",
        "400 RequestTimeout",
        "409 OperationAborted",
        "400 BadDigest",
        "409 ConditionalRequestConflict",
        "503 RequestTimeout",
        "400 SlowDown",
      })
  void whatPassesIsTriedAgain(String failure) throws IOException {
    int status = Integer.parseInt(failure.substring(0, 3));
    ObjectStore store =
        open(
            (n, head) ->
                n == 0
                    ? error(status, failure.substring(4))
                    : body(200, "", TIMES + "ETag: \"e\"\r\n"));

    assertThat(store.put(OBJECT, direct("content"), WriterOptions.DEFAULT).etag()).isEqualTo("e");

    assertThat(count.get()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "400 InvalidArgument",
        "403 AccessDenied",
        "403 SignatureDoesNotMatch",
        "404 NoSuchBucket",
        "409 BucketAlreadyExists",
        "405 MethodNotAllowed",
        "409 InvalidObjectState",
        "411 MissingContentLength",
        "416 InvalidRange",
        "501 NotImplemented",
        "301 PermanentRedirect",
      })
  void whatDoesNotPassIsToldAtOnce(String failure) throws IOException {
    int status = Integer.parseInt(failure.substring(0, 3));
    ObjectStore store = open((n, head) -> error(status, failure.substring(4)));

    StorageException e =
        catchThrowableOfType(
            StorageException.class,
            () -> store.put(OBJECT, direct("content"), WriterOptions.DEFAULT));

    assertThat(e)
        .hasMessageContaining("Cannot put s3://bucket/dir/object: " + failure.substring(4))
        .hasMessageContaining("told")
        .hasMessageContaining("request R1");
    assertThat(e.isRetryable()).isFalse();
    assertThat(count.get()).isEqualTo(1);
    assertThat(e instanceof AccessDeniedException).isEqualTo(status == 403);
    assertThat(e instanceof NotFoundException).isEqualTo(status == 404);
  }

  @Test
  void attemptsEndAndAreCounted() throws IOException {
    ObjectStore store = open((n, head) -> error(503, "SlowDown"), config -> config.maxAttempts(3));
    long throttled = Counter.S3_THROTTLED.value();
    long retried = Counter.S3_RETRIED.value();

    assertThatThrownBy(() -> store.stat(OBJECT))
        .isInstanceOf(ThrottledException.class)
        .hasMessageContaining("after 3 attempts")
        .hasMessageContaining("status 503");
    assertThat(count.get()).isEqualTo(3);
    assertThat(Counter.S3_THROTTLED.value() - throttled).isEqualTo(3);
    assertThat(Counter.S3_RETRIED.value() - retried).isEqualTo(2);
  }

  @Test
  void aBodyThatIsGarbledTwiceIsToldOf() throws IOException {
    ObjectStore store = open((n, head) -> error(400, "BadDigest"));

    assertThatThrownBy(() -> store.put(OBJECT, direct("content"), WriterOptions.DEFAULT))
        .hasMessageContaining("BadDigest");
    assertThat(count.get()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(ints = {-14, 3})
  void aClockThatIsOffIsSetByTheServersOnce(int hours) throws IOException {
    String date = dated(Duration.ofHours(hours));
    ObjectStore store =
        open((n, head) -> n == 0 ? error(403, "RequestTimeTooSkewed", date) : body(200, "", TIMES));

    store.put(OBJECT, direct("content"), WriterOptions.DEFAULT);
    store.put(OBJECT, direct("content"), WriterOptions.DEFAULT);

    assertThat(Duration.between(Instant.now(), signedAt(heads.get(0))))
        .isBetween(Duration.ofSeconds(-60), Duration.ofSeconds(1));
    for (String head : heads.subList(1, 3)) {
      assertThat(Duration.between(Instant.now(), signedAt(head)))
          .isBetween(
              Duration.ofHours(hours).minusSeconds(60), Duration.ofHours(hours).plusSeconds(2));
    }
    assertThat(count.get()).isEqualTo(3);
  }

  private static Instant signedAt(String head) {
    Matcher time = Pattern.compile("x-amz-date: (\\d{8}T\\d{6})Z").matcher(head);
    assertThat(time.find()).isTrue();
    return LocalDateTime.parse(time.group(1), DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss"))
        .toInstant(ZoneOffset.UTC);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 4, 25 * 60, -60 * 24 * 365 * 30})
  void aClockThatIsRightOrAbsurdIsNotSet(long minutes) throws IOException {
    String date = dated(Duration.ofMinutes(minutes));
    ObjectStore store = open((n, head) -> error(403, "RequestTimeTooSkewed", date));

    assertThatThrownBy(() -> store.put(OBJECT, direct("content"), WriterOptions.DEFAULT))
        .hasMessageContaining("RequestTimeTooSkewed")
        .hasMessageContaining("Set this machine's clock");
    assertThat(count.get()).isEqualTo(1);
  }

  @Test
  void aDateWithoutACauseSetsNoClock() throws IOException {
    String date = dated(Duration.ofHours(3));
    ObjectStore store =
        open((n, head) -> n == 0 ? error(503, "SlowDown", date) : body(200, "", date));

    store.put(OBJECT, direct("content"), WriterOptions.DEFAULT);

    assertThat(Duration.between(Instant.now(), signedAt(heads.get(1))))
        .isBetween(Duration.ofSeconds(-60), Duration.ofSeconds(1));
  }

  /** Keys that are newer each time somebody asks for newer ones. */
  private static final class Renewed implements CredentialsSource {
    private final AtomicInteger renewals = new AtomicInteger();

    @Override
    public Optional<S3Credentials> get() {
      return Optional.of(new S3Credentials("key" + renewals, "secret", "token" + renewals));
    }

    @Override
    public boolean refresh() {
      renewals.incrementAndGet();
      return true;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ExpiredToken", "TokenRefreshRequired"})
  void keysThatHaveExpiredAreRenewedOnce(String code) throws IOException {
    AtomicInteger failures = new AtomicInteger(1);
    try (HttpStub server =
        new HttpStub(
            (connection, request, head) -> {
              heads.add(head);
              return failures.getAndDecrement() > 0 ? error(400, code) : body(200, "", TIMES);
            })) {
      S3Config config =
          S3Config.builder().endpoint(URI.create(server.endpoint().toString())).build();
      Renewed keys = new Renewed();
      try (HttpTransport transport = new HttpTransport(TransportConfig.DEFAULT)) {
        S3Client client =
            new S3Client(transport, S3Stores.addressings(config, Map.of()), keys, config);
        ObjectStore store = new S3Store(client, config, new UploadThreads(1));

        store.put(OBJECT, direct("content"), WriterOptions.DEFAULT);

        assertThat(heads.get(0)).contains("Credential=key0/").contains("token0");
        assertThat(heads.get(1)).contains("Credential=key1/").contains("token1");
        failures.set(10);
        assertThatThrownBy(() -> store.put(OBJECT, direct("content"), WriterOptions.DEFAULT))
            .isInstanceOf(AccessDeniedException.class)
            .hasMessageContaining(code);
        assertThat(heads).as("once more, and no further").hasSize(4);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 302, 307, 308})
  void noSignatureGoesToAHostThatAnAnswerNames(int status) throws IOException {
    ObjectStore store =
        open(
            (n, head) ->
                body(
                    status,
                    "<Error><Code>PermanentRedirect</Code><Endpoint>evil.example</Endpoint></Error>",
                    "Location: http://evil.example/\r\nx-amz-bucket-region: us-west-2\r\n"));

    assertThatThrownBy(() -> store.delete(OBJECT))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("status " + status);
    assertThat(count.get()).isEqualTo(1);
  }

  // ---- reading

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
              config -> config.verifyRead(S3Config.VerifyRead.WHOLE));
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

  // ---- listing

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

  // ---- writing

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

  @Test
  void anObjectThatWasThereBeforeIsNeverOurs() throws IOException {
    ObjectStore store = open((n, head) -> error(412, "PreconditionFailed"));

    assertThatThrownBy(() -> store.put(OBJECT, direct("content"), NOT_REPLACING))
        .isInstanceOf(AlreadyExistsException.class)
        .hasMessageContaining("it exists");
    assertThat(count.get()).isEqualTo(1);
  }

  private static String uploading(int n, String head, String completed) {
    if (head.startsWith("POST") && head.contains("?uploads")) {
      return body(
          200,
          "<InitiateMultipartUploadResult><UploadId>u/1</UploadId></InitiateMultipartUploadResult>",
          TIMES);
    }
    if (head.startsWith("PUT")) {
      return body(200, "", "ETag: \"part\"\r\n");
    }
    return head.startsWith("DELETE") ? NO_CONTENT : completed;
  }

  private static ObjectInfo upload(ObjectStore store) throws IOException {
    try (ObjectWriter writer = store.createWriter(OBJECT, WriterOptions.DEFAULT)) {
      writer.write(ByteBuffer.allocateDirect(6 << 20));
      return writer.complete();
    }
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

  // ---- deleting

  @Test
  void everyKeyThatIsNotDeletedIsTold() throws IOException {
    ObjectStore store =
        open(
            (n, head) ->
                head.startsWith("POST")
                    ? body(
                        200,
                        "<DeleteResult><Deleted><Key>a</Key></Deleted><Error><Key>b</Key>"
                            + "<Code>AccessDenied</Code></Error></DeleteResult>",
                        TIMES)
                    : NO_CONTENT);

    BatchDeleteException e =
        catchThrowableOfType(
            BatchDeleteException.class,
            () ->
                store.deleteBatch(
                    List.of(OBJECT.withKey("a"), OBJECT.withKey("b"), OBJECT.withKey("c"))));

    assertThat(e.failures()).containsOnlyKeys(OBJECT.withKey("b"));
    assertThat(heads.get(0)).contains("Content-MD5: ");
    assertThat(heads.get(1)).as("of c nothing was heard").startsWith("DELETE /bucket/c ");
  }

  @ParameterizedTest
  @CsvSource({"OWN, SlowDown", "OWN, InternalError", "SDK, SlowDown", "SDK, InternalError"})
  void aKeyThatTheServerIsTooBusyToDeleteIsDeletedLater(S3Config.Transport transport, String code)
      throws IOException {
    ObjectStore store =
        open(
            (n, head) ->
                n == 0
                    ? body(
                        200,
                        "<DeleteResult><Deleted><Key>a</Key></Deleted><Error><Key>b</Key>"
                            + "<Code>"
                            + code
                            + "</Code></Error></DeleteResult>",
                        "")
                    : NO_CONTENT,
            config -> config.transport(transport));

    store.deleteBatch(List.of(OBJECT.withKey("a"), OBJECT.withKey("b")));

    assertThat(heads).hasSize(2);
    assertThat(heads.get(1)).startsWith("DELETE /bucket/b ");
  }

  // ---- words

  @ParameterizedTest
  @EnumSource(S3Config.Transport.class)
  void whatAServerSaysIsOneBoundedLine(S3Config.Transport transport) throws IOException {
    String words = "first\nsecond \u001b[31m".replace("\u001b", "&#x9;") + "x".repeat(100_000);
    ObjectStore store =
        open(
            (n, head) ->
                body(400, "<Error><Code>Odd</Code><Message>" + words + "</Message></Error>", ""),
            config -> config.transport(transport));

    assertThatThrownBy(() -> store.put(OBJECT, direct("x"), WriterOptions.DEFAULT))
        .hasMessageContaining("Odd: first second")
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(1000).doesNotContain("\n"));
  }

  @Test
  void whatAnAnswerIsInPlaceOfTheOneExpectedIsBoundedToo() throws IOException {
    String words = "x".repeat(100_000);
    for (String answer :
        List.of(
            "<ListBucketResult><Contents><Key>a</Key><Size>"
                + words
                + "</Size>"
                + "<LastModified>x</LastModified></Contents></ListBucketResult>",
            "<" + words + "/>",
            words)) {
      ObjectStore store =
          open((n, head) -> body(200, answer, TIMES), config -> config.maxAttempts(1));
      assertThatThrownBy(
              () -> {
                try (ObjectListing listing = store.list(OBJECT, ListOptions.RECURSIVE)) {
                  listing.hasNext();
                }
              })
          .hasMessageContaining("Cannot list")
          .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(1000));
    }
  }

  @Test
  void aBucketThatCannotBeIsAFailureOfTheOperation() throws IOException {
    ObjectStore store = open((n, head) -> NO_CONTENT);

    assertThatThrownBy(() -> store.stat(new Location("s3", "b", "k")))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("Cannot stat")
        .hasMessageContaining("Invalid bucket");
    assertThat(heads).isEmpty();
  }

  // ---- settings

  @ParameterizedTest
  @EnumSource(S3Config.Transport.class)
  void settingsTravelWithTheRequestsThatTheyConcern(S3Config.Transport transport)
      throws IOException {
    ObjectStore store =
        open(
            (n, head) -> body(200, "", TIMES + "ETag: \"e\"\r\n"),
            config ->
                config
                    .transport(transport)
                    .tags("team=vision&cost=a%20b")
                    .acl("bucket-owner-full-control")
                    .sse("aws:kms")
                    .sseKmsKeyId("key-1")
                    .storageClass("STANDARD_IA")
                    .requesterPays(true));

    store.put(OBJECT, direct("content"), WriterOptions.DEFAULT);
    store.delete(OBJECT);

    assertThat(heads.get(0).contains("User-Agent: aws-sdk-java/"))
        .isEqualTo(transport == S3Config.Transport.SDK);
    String last = heads.get(heads.size() - 1);
    assertThat(heads.get(0))
        .contains("x-amz-tagging: team=vision&cost=a%20b\r\n")
        .contains("x-amz-acl: bucket-owner-full-control\r\n")
        .contains("x-amz-server-side-encryption: aws:kms\r\n")
        .contains("x-amz-server-side-encryption-aws-kms-key-id: key-1\r\n")
        .contains("x-amz-storage-class: STANDARD_IA\r\n")
        .contains("x-amz-request-payer: requester\r\n")
        .contains("/eu-test-1/s3/aws4_request");
    assertThat(last)
        .startsWith("DELETE ")
        .contains("x-amz-request-payer: requester\r\n")
        .doesNotContain("x-amz-storage-class")
        .doesNotContain("x-amz-tagging");
  }

  @Test
  void sumsAndSignaturesOfContentAreAsTheSettingsSay() throws IOException {
    record Case(
        S3Config.Checksum checksum, S3Config.PayloadSigning signing, String has, String lacks) {}
    String crc = "x-amz-checksum-crc32c: ";
    String unsigned = "x-amz-content-sha256: UNSIGNED-PAYLOAD";
    for (Case each :
        List.of(
            new Case(S3Config.Checksum.CRC32C, S3Config.PayloadSigning.AUTO, crc, unsigned),
            new Case(S3Config.Checksum.CRC32C, S3Config.PayloadSigning.ALWAYS, crc, unsigned),
            new Case(S3Config.Checksum.CRC32C, S3Config.PayloadSigning.NEVER, unsigned, "MD5"),
            new Case(S3Config.Checksum.MD5, S3Config.PayloadSigning.AUTO, "Content-MD5: ", crc),
            new Case(S3Config.Checksum.NONE, S3Config.PayloadSigning.NEVER, unsigned, crc))) {
      ObjectStore store =
          open(
              (n, head) -> body(200, "", TIMES),
              config -> config.checksum(each.checksum()).payloadSigning(each.signing()));
      store.put(OBJECT, direct("content"), WriterOptions.DEFAULT);
      assertThat(heads.get(heads.size() - 1)).contains(each.has()).doesNotContain(each.lacks());
    }
  }

  @ParameterizedTest
  @EnumSource(S3Config.Transport.class)
  void aRoleIsAssumedWithTheKeysAndItsOwnSignRequests(S3Config.Transport transport)
      throws IOException {
    String answer =
        "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ROLEKEY</AccessKeyId>"
            + "<SecretAccessKey>role-secret</SecretAccessKey><SessionToken>role-token"
            + "</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>"
            + "</AssumeRoleResult></AssumeRoleResponse>";
    HttpStub sts =
        new HttpStub(
            (connection, request, head) -> {
              heads.add(head);
              return body(200, answer, "Content-Type: text/xml\r\n");
            });
    servers.add(sts);
    System.setProperty("aws.endpointUrlSts", sts.endpoint().toString());
    try {
      ObjectStore store =
          open(
              (n, head) -> head(1, "e", ""),
              config ->
                  config
                      .transport(transport)
                      .role(
                          new S3Config.Role(
                              "arn:aws:iam::123456789012:role/reader", "ext", "run-7")));
      store.stat(OBJECT);
      store.stat(OBJECT);
    } finally {
      System.clearProperty("aws.endpointUrlSts");
    }

    assertThat(heads.get(0)).startsWith("POST / ").contains("Credential=id/");
    assertThat(heads).as("the role is asked for once").hasSize(3);
    assertThat(heads.get(2))
        .contains("Credential=ROLEKEY/")
        .containsIgnoringCase("x-amz-security-token: role-token");
  }

  @Test
  void whatTheSdkCannotDoIsRefused() {
    for (UnaryOperator<S3Config.Builder> unable :
        List.<UnaryOperator<S3Config.Builder>>of(
            config -> config.checksum(S3Config.Checksum.MD5),
            config -> config.endpoints(List.of(URI.create("http://a"), URI.create("http://b"))),
            config -> config.payloadSigning(S3Config.PayloadSigning.NEVER),
            config -> config.payloadSigning(S3Config.PayloadSigning.ALWAYS),
            config -> config.firstByteTimeout(Duration.ofSeconds(1)),
            config -> config.stallTimeout(Duration.ofSeconds(1)))) {
      S3Config config = unable.apply(S3Config.builder().transport(S3Config.Transport.SDK)).build();
      assertThatThrownBy(() -> S3Stores.open(config)).hasMessageContaining("transport=sdk");
    }
    assertThatThrownBy(() -> S3Config.builder().sse("SSE-C").build())
        .hasMessageContaining("Invalid sse: 'SSE-C' (one of AES256, aws:kms, aws:kms:dsse)");
    assertThatThrownBy(() -> S3Config.builder().acl("mine").build())
        .hasMessageContaining("bucket-owner-full-control");
    assertThatThrownBy(() -> S3Config.builder().tags("a").build())
        .hasMessageContaining("Invalid tags");
  }

  @ParameterizedTest
  @EnumSource(S3Config.Transport.class)
  void anonymousRequestsAreNotSigned(S3Config.Transport transport) throws IOException {
    ObjectStore store =
        open(
            (n, head) -> body(200, "", TIMES),
            config -> config.transport(transport).credentials(null).anonymous(true));

    store.put(OBJECT, direct("content"), WriterOptions.DEFAULT);

    assertThat(heads.get(0)).doesNotContain("Authorization").doesNotContain("x-amz-date");
  }

  @Test
  void theSdkSendsTheSumThatTheSettingsSay() throws IOException {
    for (S3Config.Checksum checksum : List.of(S3Config.Checksum.CRC32C, S3Config.Checksum.NONE)) {
      heads.clear();
      ObjectStore store =
          open(
              (n, head) ->
                  head.startsWith("HEAD")
                      ? head(7, "e", "")
                      : body(200, "", TIMES + "ETag: \"e\"\r\n"),
              config -> config.transport(S3Config.Transport.SDK).checksum(checksum));
      store.put(OBJECT, direct("content"), WriterOptions.DEFAULT);
      assertThat(heads.get(0).contains("x-amz-checksum-crc32c: "))
          .isEqualTo(checksum == S3Config.Checksum.CRC32C);
      assertThat(heads.get(0)).doesNotContain("x-amz-checksum-crc32:");
    }
  }

  @ParameterizedTest
  @EnumSource(S3Config.Transport.class)
  void settingsTravelWithEachRequestOfAnUploadAndOfARead(S3Config.Transport transport)
      throws IOException {
    String done =
        body(
            200,
            "<CompleteMultipartUploadResult><ETag>\"w\"</ETag></CompleteMultipartUploadResult>",
            TIMES);
    ObjectStore store =
        open(
            (n, head) ->
                head.startsWith("GET")
                    ? range("0-3/10", "e1", "0123", 4)
                    : head.startsWith("HEAD") ? head(6 << 20, "w", "") : uploading(n, head, done),
            config ->
                config
                    .transport(transport)
                    .tags("team=vision")
                    .acl("private")
                    .sse("AES256")
                    .storageClass("STANDARD_IA")
                    .requesterPays(true));

    upload(store);
    store.read(read(0, ByteBuffer.allocateDirect(4)));

    assertThat(heads).allMatch(head -> head.contains("x-amz-request-payer: requester\r\n"));
    for (String setting :
        List.of(
            "x-amz-tagging: team=vision",
            "x-amz-acl: private",
            "x-amz-server-side-encryption: AES256",
            "x-amz-storage-class: STANDARD_IA")) {
      assertThat(heads.get(0)).startsWith("POST ").contains(setting);
      assertThat(heads.subList(1, heads.size())).noneMatch(head -> head.contains(setting));
    }
  }

  @ParameterizedTest
  @EnumSource(S3Config.Transport.class)
  void aVersionIsAskedForByItsId(S3Config.Transport transport) throws IOException {
    ObjectStore store =
        open(
            (n, head) ->
                head.startsWith("GET") ? range("0-3/10", "e1", "0123", 4) : head(10, "e1", ""),
            config -> config.transport(transport).versionId("v/1+2"));

    store.read(read(0, ByteBuffer.allocateDirect(4)));
    store.stat(OBJECT);

    assertThat(heads).hasSize(2).allMatch(head -> head.contains("?versionId=v%2F1%2B2 "));
  }

  @ParameterizedTest
  @EnumSource(S3Config.Transport.class)
  void aVersionThatIsNoneIsToldByItsOption(S3Config.Transport transport) throws IOException {
    ObjectStore store =
        open((n, head) -> body(400, "", ""), config -> config.transport(transport).versionId("v1"));

    assertThatThrownBy(() -> store.stat(OBJECT))
        .hasMessageContaining("status 400")
        .hasMessageContaining("Check versionId");
  }

  @ParameterizedTest
  @EnumSource(S3Config.Transport.class)
  void partsAreSentAtOnceUpToTheirLimit(S3Config.Transport transport) throws IOException {
    AtomicInteger now = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch three = new CountDownLatch(3);
    String done =
        body(
            200,
            "<CompleteMultipartUploadResult><ETag>\"w\"</ETag></CompleteMultipartUploadResult>",
            TIMES);
    ObjectStore store =
        open(
            (n, head) -> {
              if (head.startsWith("PUT")) {
                most.accumulateAndGet(now.incrementAndGet(), Math::max);
                three.countDown();
                assertThat(await(three)).as("three parts at once").isTrue();
                now.decrementAndGet();
              }
              return head.startsWith("HEAD") ? head(30 << 20, "w", "") : uploading(n, head, done);
            },
            config -> config.transport(transport).partsInFlight(3));

    try (ObjectWriter writer = store.createWriter(OBJECT, WriterOptions.DEFAULT)) {
      for (int i = 0; i < 6; i++) {
        writer.write(ByteBuffer.allocate(5 << 20));
      }
      writer.complete();
    }

    assertThat(most).hasValue(3);
  }

  private static boolean await(CountDownLatch latch) {
    try {
      return latch.await(60, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @ParameterizedTest
  @EnumSource(S3Config.Transport.class)
  void attemptsAndConnectionsHaveTheirLimit(S3Config.Transport transport) throws Exception {
    ObjectStore store =
        open(
            (n, head) -> head.startsWith("DELETE") ? NO_CONTENT : error(500, "InternalError"),
            config -> config.transport(transport).maxAttempts(2).maxConnections(1));

    assertThatThrownBy(() -> store.list(OBJECT, ListOptions.RECURSIVE).hasNext())
        .hasMessageContaining("Cannot list");
    assertThat(count.get()).isEqualTo(2);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<?>> deletes = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        deletes.add(
            threads.submit(
                () -> {
                  store.delete(OBJECT);
                  return null;
                }));
      }
      for (Future<?> delete : deletes) {
        delete.get();
      }
    } finally {
      threads.shutdown();
    }
    assertThat(servers.get(0).connections()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({"OWN, true", "OWN, false", "SDK, true", "SDK, false"})
  void aServerThatStaysSilentIsLeft(S3Config.Transport transport, boolean whole)
      throws IOException {
    CountDownLatch over = new CountDownLatch(1);
    Duration brief = Duration.ofMillis(300);
    ObjectStore store =
        open(
            (n, head) -> {
              await(over);
              return NO_CONTENT;
            },
            config ->
                (whole
                        ? config.requestTimeout(brief)
                        : config.firstByteTimeout(brief).stallTimeout(brief))
                    .transport(transport)
                    .maxAttempts(1));

    String either =
        transport == S3Config.Transport.SDK
            ? "firstByteTimeout and stallTimeout"
            : "firstByteTimeout";
    assertThatThrownBy(() -> store.delete(OBJECT))
        .isInstanceOf(StorageTimeoutException.class)
        .hasMessageContaining("Cannot delete " + OBJECT)
        .hasMessageEndingWith(". Raise %s if that is too short", whole ? "requestTimeout" : either);
    over.countDown();
  }

  @ParameterizedTest
  @EnumSource(S3Config.Transport.class)
  void aServerThatTakesNoConnectionIsLeftByTheTimeToConnect(S3Config.Transport transport)
      throws IOException {
    try (FullServer full = new FullServer()) {
      ObjectStore store =
          open(
              (n, head) -> NO_CONTENT,
              config ->
                  config
                      .endpoint(URI.create("http://127.0.0.1:" + full.port()))
                      .connectTimeout(Duration.ofMillis(200))
                      .transport(transport)
                      .maxAttempts(1));

      assertThatThrownBy(() -> store.delete(OBJECT))
          .isInstanceOf(StorageTimeoutException.class)
          .hasMessageContaining("Cannot delete " + OBJECT)
          .hasMessageEndingWith(". Raise connectTimeout if that is too short");
    }
  }

  @Test
  void noFailureShowsAKey() throws IOException {
    ObjectStore store = open((n, head) -> error(403, "SignatureDoesNotMatch"));

    assertThatThrownBy(() -> store.put(OBJECT, direct("content"), WriterOptions.DEFAULT))
        .hasMessageContaining("Check the secret key")
        .satisfies(
            e -> {
              java.io.StringWriter trace = new java.io.StringWriter();
              e.printStackTrace(new java.io.PrintWriter(trace));
              assertThat(trace.toString()).doesNotContain("very-secret");
            });
    assertThat(
            S3Config.builder().credentials(new S3Credentials("id", "very-secret", "t")).build()
                + "")
        .doesNotContain("very-secret");
  }
}
