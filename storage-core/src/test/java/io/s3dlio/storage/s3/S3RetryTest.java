package io.s3dlio.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.s3dlio.storage.AccessDeniedException;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.ThrottledException;
import io.s3dlio.storage.WriterOptions;
import io.s3dlio.storage.cloud.UploadThreads;
import io.s3dlio.storage.telemetry.Counter;
import io.s3dlio.storage.transport.HttpStub;
import io.s3dlio.storage.transport.HttpTransport;
import io.s3dlio.storage.transport.TransportConfig;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is tried again, what is mended first, and what is told at once. */
class S3RetryTest extends ScriptedS3 {
  private static String dated(Duration apart) {
    return "Date: "
        + DateTimeFormatter.RFC_1123_DATE_TIME.format(
            Instant.now().plus(apart).atOffset(ZoneOffset.UTC))
        + "\r\n";
  }

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
    long throttled = Counter.CLOUD_THROTTLED.value();
    long retried = Counter.CLOUD_RETRIED.value();

    assertThatThrownBy(() -> store.stat(OBJECT))
        .isInstanceOf(ThrottledException.class)
        .hasMessageContaining("after 3 attempts")
        .hasMessageContaining("status 503");
    assertThat(count.get()).isEqualTo(3);
    assertThat(Counter.CLOUD_THROTTLED.value() - throttled).isEqualTo(3);
    assertThat(Counter.CLOUD_RETRIED.value() - retried).isEqualTo(2);
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
}
