package io.s3dlio.storage.azure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.AccessDeniedException;
import io.s3dlio.storage.AlreadyExistsException;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.ObjectChangedException;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.WriterOptions;
import io.s3dlio.storage.cloud.UploadChecksum;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Writes whose answers are lost, refused or untrue. */
class AzureWriteFaultTest extends ScriptedAzure {
  private static final String MD5 = AzureStore.md5(direct("content"));

  private static WriterOptions options(boolean free) {
    return free ? NOT_REPLACING : OVER_E1;
  }

  private static String refusal(boolean free) {
    return free ? error(409, "BlobAlreadyExists") : error(412, "ConditionNotMet");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anObjectThatALostAnswerHadWrittenIsOurs(boolean free) throws IOException {
    ObjectStore store =
        open(
            (n, head) ->
                switch (n) {
                  case 0 -> error(500, "InternalError");
                  case 1 -> refusal(free);
                  default ->
                      head(
                          7,
                          "e9",
                          UploadId.FIELD + ": " + field(heads.get(1), UploadId.FIELD) + "\r\n");
                });

    assertThat(store.put(OBJECT, direct("content"), options(free)).etag()).isEqualTo("e9");
    assertThat(field(heads.get(0), free ? "If-None-Match" : "If-Match"))
        .isEqualTo(free ? "*" : "\"e1\"");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anObjectOfAnotherIsNotOursThoughAnAnswerWasLost(boolean free) throws IOException {
    for (String there :
        List.of(
            head(7, "e9", UploadId.FIELD + ": another\r\n"),
            head(7, "e9", "Content-MD5: " + MD5 + "\r\n"),
            headError(404, "BlobNotFound"))) {
      count.set(0);
      ObjectStore store =
          open(
              (n, head) ->
                  switch (n) {
                    case 0 -> error(500, "InternalError");
                    case 1 -> refusal(free);
                    default -> there;
                  });

      assertThatThrownBy(() -> store.put(OBJECT, direct("content"), options(free)))
          .isInstanceOf(free ? AlreadyExistsException.class : ObjectChangedException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anObjectThatWasThereBeforeIsNeverOurs(boolean free) throws IOException {
    ObjectStore store = open((n, head) -> refusal(free));

    assertThatThrownBy(() -> store.put(OBJECT, direct("content"), options(free)))
        .isInstanceOf(free ? AlreadyExistsException.class : ObjectChangedException.class);
    assertThat(count).hasValue(1);
  }

  @Test
  void aContainerThatIsMissingIsNoVersionThatIs() throws IOException {
    ObjectStore store = open((n, head) -> error(404, "ContainerNotFound"));

    assertThatThrownBy(() -> store.put(OBJECT, direct("content"), OVER_E1))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("ContainerNotFound");
  }

  @ParameterizedTest
  @CsvSource({
    "true, 409, BlobAlreadyExists",
    "false, 412, ConditionNotMet",
    "true, 400, InvalidBlockList",
    "false, 400, InvalidBlockList"
  })
  void aListOfBlocksWhoseAnswerWasLostIsOurs(boolean free, int status, String code)
      throws IOException {
    AtomicInteger commits = new AtomicInteger();
    AtomicReference<String> id = new AtomicReference<>("");
    ObjectStore store =
        open(
            (n, head) -> {
              if (head.startsWith("HEAD")) {
                return head(6 << 20, "e9", UploadId.FIELD + ": " + id.get() + "\r\n");
              }
              if (!isCommit(head)) {
                return CREATED;
              }
              id.set(field(head, UploadId.FIELD));
              return commits.getAndIncrement() == 0
                  ? error(500, "OperationTimedOut")
                  : error(status, code);
            });

    ObjectInfo written = upload(store, options(free));

    assertThat(written.etag()).isEqualTo("e9");
    assertThat(written.length()).isEqualTo(6 << 20);
    assertThat(commits).hasValue(2);
    assertThat(heads.stream().filter(ScriptedAzure::isCommit))
        .allMatch(
            head -> field(head, free ? "If-None-Match" : "If-Match").equals(free ? "*" : "\"e1\""));
    assertThat(heads.stream().filter(ScriptedAzure::isBlock))
        .as("blocks are written under no condition")
        .allMatch(head -> !head.contains("If-"));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aListOfBlocksIsNotOursIfAnotherUploadIsThere(boolean free) throws IOException {
    AtomicInteger commits = new AtomicInteger();
    ObjectStore store =
        open(
            (n, head) ->
                head.startsWith("HEAD")
                    ? head(6 << 20, "e8", UploadId.FIELD + ": another\r\n")
                    : !isCommit(head)
                        ? CREATED
                        : commits.getAndIncrement() == 0
                            ? error(500, "InternalError")
                            : refusal(free));

    assertThatThrownBy(() -> upload(store, options(free)))
        .isInstanceOf(free ? AlreadyExistsException.class : ObjectChangedException.class);
  }

  /** Azure drops all blocks of an object that no list names when somebody writes it. */
  @Test
  void blocksThatAnotherWriterDroppedFailTheUploadAndTheMessageSaysWhy() throws IOException {
    ObjectStore store =
        open(
            (n, head) ->
                head.startsWith("HEAD")
                    ? head(1, "e8", "")
                    : isCommit(head) ? error(400, "InvalidBlockList") : CREATED);

    assertThatThrownBy(() -> upload(store, WriterOptions.DEFAULT))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("InvalidBlockList")
        .hasMessageContaining("Another wrote it meanwhile");
    assertThatThrownBy(() -> upload(store, NOT_REPLACING))
        .isInstanceOf(AlreadyExistsException.class);
    assertThatThrownBy(() -> upload(store, OVER_E1)).isInstanceOf(ObjectChangedException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "412, LeaseIdMissing",
    "409, LeaseIdMismatchWithBlobOperation",
    "412, LeaseLost",
    "409, LeaseAlreadyPresent"
  })
  void aLeaseIsNoChangeOfTheObject(int status, String code) throws IOException {
    ObjectStore store = open((n, head) -> isBlock(head) ? CREATED : error(status, code));

    for (WriterOptions options : List.of(WriterOptions.DEFAULT, NOT_REPLACING, OVER_E1)) {
      assertThatThrownBy(() -> store.put(OBJECT, direct("content"), options))
          .isInstanceOf(AccessDeniedException.class)
          .hasMessageContaining(code)
          .hasMessageContaining("Somebody holds a lease on it");
      assertThatThrownBy(() -> upload(store, options)).isInstanceOf(AccessDeniedException.class);
    }
    assertThatThrownBy(() -> store.delete(OBJECT)).isInstanceOf(AccessDeniedException.class);
  }

  @Test
  void idsOfBlocksHaveOneLengthAndAreOfOneAttemptAlone() throws IOException {
    ObjectStore store = open((n, head) -> CREATED);

    upload(store, WriterOptions.DEFAULT);
    upload(store, WriterOptions.DEFAULT);

    List<String> ids = new ArrayList<>();
    for (String head : heads) {
      if (isBlock(head)) {
        String query = head.substring(head.indexOf("blockid=") + 8, head.indexOf(" HTTP/1.1"));
        ids.add(URLDecoder.decode(query, StandardCharsets.UTF_8));
      }
    }
    assertThat(ids).hasSize(4).doesNotHaveDuplicates();
    assertThat(ids.stream().map(id -> Base64.getDecoder().decode(id).length).distinct())
        .hasSize(1)
        .allMatch(length -> length <= 64);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Md5Mismatch", "Crc64Mismatch"})
  void whatWasGarbledOnItsWayIsSentOnceMore(String code) throws IOException {
    ObjectStore healed = open((n, head) -> n == 0 ? error(400, code) : CREATED);
    assertThat(healed.put(OBJECT, direct("content"), WriterOptions.DEFAULT).etag()).isEqualTo("e9");

    count.set(0);
    ObjectStore ill = open((n, head) -> error(400, code));
    assertThatThrownBy(() -> ill.put(OBJECT, direct("content"), WriterOptions.DEFAULT))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(code);
    assertThat(count).hasValue(2);
  }

  @Test
  void whatAnEmulatorDoesNotKnowIsNotSentAgain() throws IOException {
    ObjectStore store = open((n, head) -> error(500, "FeatureNotSupported"));

    assertThatThrownBy(() -> store.put(OBJECT, direct("content"), WriterOptions.DEFAULT))
        .isExactlyInstanceOf(StorageException.class)
        .hasMessageContaining("set checksum to md5 or none");
    assertThat(count).hasValue(1);
  }

  @ParameterizedTest
  @EnumSource(
      value = UploadChecksum.class,
      names = {"CRC64", "MD5", "NONE"})
  void everyBodyHasTheSumThatIsAskedFor(UploadChecksum checksum) throws IOException {
    ObjectStore store = open((n, head) -> CREATED, config -> config.withChecksum(checksum));

    store.put(OBJECT, direct("content"), WriterOptions.DEFAULT);
    upload(store, WriterOptions.DEFAULT);

    assertThat(heads).hasSize(4);
    for (String head : heads) {
      assertThat(!field(head, "x-ms-content-crc64").isEmpty())
          .isEqualTo(checksum == UploadChecksum.CRC64);
      assertThat(!field(head, "Content-MD5").isEmpty()).isEqualTo(checksum == UploadChecksum.MD5);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"back\\slash", "a/../b", "./a", "a/..", "a/."})
  void aNameThatAzureWouldMakeAnotherOfNamesNothing(String key) throws IOException {
    ObjectStore store = open((n, head) -> CREATED);

    assertThatThrownBy(
            () -> store.put(OBJECT.withKey(key), direct("content"), WriterOptions.DEFAULT))
        .isExactlyInstanceOf(StorageException.class)
        .hasMessageContaining("names another object in Azure");
    assertThatThrownBy(() -> store.createWriter(OBJECT.withKey(key), WriterOptions.DEFAULT))
        .isExactlyInstanceOf(StorageException.class);
    assertThat(store.exists(OBJECT.withKey(key))).isFalse();
    store.delete(OBJECT.withKey(key));
    store.deleteBatch(List.of(OBJECT.withKey(key)));
    assertThat(heads).isEmpty();
  }
}
