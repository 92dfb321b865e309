package io.s3dlio.storage.azure;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.s3dlio.storage.AccessDeniedException;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.ObjectChangedException;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.StorageTimeoutException;
import io.s3dlio.storage.ThrottledException;
import io.s3dlio.storage.TruncatedException;
import io.s3dlio.storage.UnavailableException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Reads whose answers are refusals, lies or halves. */
class AzureReadFaultTest extends ScriptedAzure {
  @ParameterizedTest
  @CsvSource({
    "503, ServerBusy",
    "429, TooManyRequests",
    "500, OperationTimedOut",
    "500, InternalError",
    "502, BadGateway",
    "409, ContainerBeingDeleted"
  })
  void whatATroubledServerRefusesIsAskedForAgain(int status, String code) throws IOException {
    ObjectStore store = open((n, head) -> n == 0 ? headError(status, code) : head(7, "e1", ""));

    assertThat(store.stat(OBJECT).length()).isEqualTo(7);
    assertThat(count).hasValue(2);
  }

  @ParameterizedTest
  @CsvSource({"503, ServerBusy", "429, TooManyRequests", "500, OperationTimedOut"})
  void aReadIsThrottledWhereTheServerSaysSo(int status, String code) throws IOException {
    ObjectStore store = open((n, head) -> error(status, code, TIMES + "Retry-After: 1\r\n"));

    assertThatThrownBy(() -> store.read(read(0, ByteBuffer.allocateDirect(4))))
        .isInstanceOf(ThrottledException.class)
        .hasMessageContaining(code + ": told")
        .hasMessageContaining("request R1");
    assertThat(count).as("the range engine tries again").hasValue(1);
  }

  @Test
  void aConnectionThatClosesIsRetryable() throws IOException {
    ObjectStore store = open((n, head) -> null);

    StorageException e =
        catchThrowableOfType(
            StorageException.class, () -> store.read(read(0, ByteBuffer.allocateDirect(4))));

    assertThat(e).isInstanceOf(UnavailableException.class);
    assertThat(e.isRetryable()).isTrue();
  }

  @Test
  void aBodyThatStandsStillIsGivenUpAfterItsTime() throws IOException {
    ObjectStore store =
        open(
            (n, head) -> range("0-9/10", "e1", "0123456789").replace("0123456789", "0123"),
            config -> config.withClient(config.client().withStallTimeout(Duration.ofMillis(200))));
    ByteBuffer target = ByteBuffer.allocateDirect(10);

    assertThatThrownBy(() -> store.read(read(0, target)))
        .isInstanceOf(StorageTimeoutException.class);
    assertThat(target.position()).as("what came counts").isEqualTo(4);
  }

  @Test
  void anAnswerThatEndsBeforeItsRangeIsRetryable() throws IOException {
    ObjectStore store = open((n, head) -> range("0-1/10", "e1", "01"));
    ByteBuffer target = ByteBuffer.allocateDirect(4);

    assertThatThrownBy(() -> store.read(read(0, target))).isInstanceOf(UnavailableException.class);
    assertThat(target.position()).isEqualTo(2);
  }

  @Test
  void anotherVersionIsNotReadThoughTheServerIgnoresTheCondition() throws IOException {
    ObjectStore store = open((n, head) -> range("0-3/10", "e2", "0123"));
    ByteBuffer target = ByteBuffer.allocateDirect(4);

    assertThatThrownBy(() -> store.read(read(0, target)))
        .isInstanceOf(ObjectChangedException.class);
    assertThat(target.position()).isZero();
    assertThat(field(heads.get(0), "If-Match")).isEqualTo("\"e1\"");
    assertThat(field(heads.get(0), "Range")).isEqualTo("bytes=0-3");
  }

  @Test
  void aConditionThatFailsIsOfAChangedObjectOrOfNone() throws IOException {
    ObjectStore changed =
        open(
            (n, head) ->
                head.startsWith("HEAD") ? head(3, "e2", "") : error(412, "ConditionNotMet"));
    assertThatThrownBy(() -> changed.read(read(0, ByteBuffer.allocateDirect(4))))
        .isInstanceOf(ObjectChangedException.class)
        .hasMessageContaining("List it again");

    ObjectStore missing =
        open(
            (n, head) ->
                head.startsWith("HEAD")
                    ? headError(404, "BlobNotFound")
                    : error(412, "ConditionNotMet"));
    assertThatThrownBy(() -> missing.read(read(0, ByteBuffer.allocateDirect(4))))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("Cannot read az://bucket/dir/object");
  }

  @Test
  void aRangePastTheEndNamesTheObjectsLength() throws IOException {
    for (String answer : new String[] {error(416, "InvalidRange"), range("5-4/3", "e1", "")}) {
      ObjectStore store = open((n, head) -> head.startsWith("HEAD") ? head(3, "e1", "") : answer);

      assertThatThrownBy(() -> store.read(read(5, ByteBuffer.allocateDirect(4))))
          .isInstanceOf(TruncatedException.class)
          .hasMessageContaining("byte 9")
          .hasMessageContaining("byte 3");
    }
  }

  @Test
  void theWholeObjectInPlaceOfARangeIsTakenOnlyIfItIsThat() throws IOException {
    ObjectStore store = open((n, head) -> body(200, "0123456789", "ETag: \"e1\"\r\n" + TIMES));
    ByteBuffer target = ByteBuffer.allocateDirect(10);

    store.read(read(0, target));
    assertThat(ISO_8859_1.decode(target.flip()).toString()).isEqualTo("0123456789");
    assertThatThrownBy(() -> store.read(read(2, ByteBuffer.allocateDirect(4))))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("the whole object");
  }

  @Test
  void aMissingContainerIsToldFromAMissingObject() throws IOException {
    ObjectStore store = open((n, head) -> headError(404, "ContainerNotFound"));

    assertThat(store.exists(OBJECT)).isFalse();
    assertThatThrownBy(() -> store.stat(OBJECT))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("ContainerNotFound")
        .hasMessageContaining("Create the container");
    assertThatThrownBy(() -> store.delete(OBJECT)).isInstanceOf(NotFoundException.class);

    ObjectStore other = open((n, head) -> headError(404, "BlobNotFound"));
    assertThatThrownBy(() -> other.stat(OBJECT))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("BlobNotFound");
    other.delete(OBJECT);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x-ms-resource-type: directory\r\n",
        "x-ms-meta-hdi_isfolder: true\r\n",
        "x-ms-meta-Hdi_isfolder: True\r\n"
      })
  void aDirectoryOfAHierarchicalAccountIsNoObject(String field) throws IOException {
    ObjectStore store = open((n, head) -> head(0, "e1", field));

    assertThat(store.exists(OBJECT)).isFalse();
    assertThatThrownBy(() -> store.stat(OBJECT)).hasMessageContaining("it is a directory");
  }

  @Test
  void aDenialIsNotAskedForAgain() throws IOException {
    ObjectStore store = open((n, head) -> headError(403, "AuthorizationPermissionMismatch"));

    assertThatThrownBy(() -> store.stat(OBJECT))
        .isInstanceOf(AccessDeniedException.class)
        .hasMessageContaining("AuthorizationPermissionMismatch")
        .hasMessageContaining("Storage Blob Data Reader");
    assertThat(count).hasValue(1);
  }

  @Test
  void aSignatureThatIsRefusedThoughTheClocksAgreeIsNotMadeAgain() throws IOException {
    ObjectStore store =
        open((n, head) -> body(403, "", date(0) + "x-ms-error-code: AuthenticationFailed\r\n"));

    assertThatThrownBy(() -> store.stat(OBJECT))
        .isInstanceOf(AccessDeniedException.class)
        .hasMessageContaining("Check the account's name and key");
    assertThat(count).hasValue(1);
  }

  @Test
  void aClockThatIsWrongIsSetByTheServers() throws IOException {
    ObjectStore store =
        open(
            (n, head) ->
                n == 0
                    ? body(403, "", date(3600) + "x-ms-error-code: AuthenticationFailed\r\n")
                    : head(7, "e1", ""));

    ObjectInfo found = store.stat(OBJECT);

    assertThat(found.length()).isEqualTo(7);
    Duration moved =
        Duration.between(time(heads.get(0)), time(heads.get(1))).minus(Duration.ofHours(1));
    assertThat(moved.abs()).isLessThan(Duration.ofMinutes(2));
    assertThat(field(heads.get(0), "Authorization"))
        .isNotEqualTo(field(heads.get(1), "Authorization"));
  }

  private static String date(int seconds) {
    return "Date: "
        + DateTimeFormatter.RFC_1123_DATE_TIME.format(
            Instant.now().plusSeconds(seconds).atOffset(ZoneOffset.UTC))
        + "\r\n";
  }

  private static Instant time(String head) {
    return DateTimeFormatter.RFC_1123_DATE_TIME.parse(field(head, "x-ms-date"), Instant::from);
  }

  @Test
  void aRedirectionIsNotFollowed() throws IOException {
    ObjectStore store =
        open((n, head) -> body(307, "", "Location: http://127.0.0.1:1/elsewhere\r\n"));

    assertThatThrownBy(() -> store.stat(OBJECT))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("307");
  }
}
