package io.s3dlio.storage.azure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.s3dlio.storage.AccessDeniedException;
import io.s3dlio.storage.BatchDeleteException;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.StorageException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Batches of deletes whose answers are mixed, or leave something out. */
class AzureDeleteFaultTest extends ScriptedAzure {
  private static final String DELETED = body(202, "", TIMES);

  private static String part(int id, int status, String code) {
    return "--batchresponse_1\r\nContent-Type: application/http\r\nContent-ID: "
        + id
        + "\r\n\r\nHTTP/1.1 "
        + status
        + " x\r\n"
        + (code.isEmpty() ? "" : "x-ms-error-code: " + code + "\r\n")
        + "x-ms-request-id: P"
        + id
        + "\r\nServer: Windows-Azure-Blob/1.0\r\n\r\n";
  }

  private static String batch(String... parts) {
    return body(
        202,
        String.join("", parts) + "--batchresponse_1--\r\n",
        TIMES + "Content-Type: multipart/mixed; boundary=batchresponse_1\r\n");
  }

  private static List<Location> locations(int count) {
    return IntStream.range(0, count).mapToObj(i -> OBJECT.withKey("k%03d".formatted(i))).toList();
  }

  @Test
  void everyObjectThatIsNotDeletedIsTold() throws IOException {
    ObjectStore store =
        open(
            (n, head) ->
                n == 0
                    ? batch(
                        part(0, 202, ""),
                        part(1, 404, "BlobNotFound"),
                        part(2, 403, "AuthorizationPermissionMismatch"),
                        part(3, 409, "SnapshotsPresent"),
                        part(4, 412, "LeaseIdMissing"),
                        part(5, 409, "BlobImmutableDueToPolicy"),
                        part(6, 409, "DirectoryIsNotEmpty"),
                        part(8, 503, "ServerBusy"))
                    : DELETED);
    List<Location> all = locations(9);

    BatchDeleteException e =
        catchThrowableOfType(BatchDeleteException.class, () -> store.deleteBatch(all));

    assertThat(e.failures()).containsOnlyKeys(all.get(2), all.get(3), all.get(4), all.get(5));
    assertThat(e.failures().get(all.get(2))).isInstanceOf(AccessDeniedException.class);
    assertThat(e.failures().get(all.get(3))).hasMessageContaining("SnapshotsPresent");
    assertThat(e.failures().get(all.get(4)))
        .isInstanceOf(AccessDeniedException.class)
        .hasMessageContaining("Somebody holds a lease on it");
    assertThat(e.failures().get(all.get(5))).hasMessageContaining("until its time is over");
    assertThat(heads.get(0))
        .startsWith("POST /account/bucket?restype=container&comp=batch ")
        .contains("Content-Type: multipart/mixed; boundary=");
    assertThat(heads.subList(1, heads.size()))
        .as("of what nothing was heard, and of what was too much")
        .hasSize(2)
        .anyMatch(head -> head.startsWith("DELETE /account/bucket/k007 "))
        .anyMatch(head -> head.startsWith("DELETE /account/bucket/k008 "));
  }

  @Test
  void aMissingContainerFailsEveryObject() throws IOException {
    ObjectStore whole = open((n, head) -> error(404, "ContainerNotFound"));
    ObjectStore parts =
        open(
            (n, head) ->
                batch(part(0, 404, "ContainerNotFound"), part(1, 404, "ContainerNotFound")));

    for (ObjectStore store : List.of(whole, parts)) {
      BatchDeleteException e =
          catchThrowableOfType(BatchDeleteException.class, () -> store.deleteBatch(locations(2)));

      assertThat(e.failures()).containsOnlyKeys(locations(2));
      assertThat(e.failures().values()).allMatch(NotFoundException.class::isInstance);
    }
  }

  @Test
  void anAnswerThatIsNoBatchIsAskedForAgain() throws IOException {
    ObjectStore store =
        open(
            (n, head) ->
                n == 0 ? body(202, "<html/>", TIMES) : batch(part(0, 202, ""), part(1, 202, "")));

    store.deleteBatch(locations(2));

    assertThat(heads).hasSize(2);
  }

  @Test
  void anAnswerOfWhatWasNotAskedFails() throws IOException {
    ObjectStore store = open((n, head) -> batch(part(77, 202, "")), AzureDeleteFaultTest::onceEach);

    assertThatThrownBy(() -> store.deleteBatch(locations(2)))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("a request that was not made");
  }

  private static AzureConfig onceEach(AzureConfig config) {
    return config.withClient(config.client().withMaxAttempts(1));
  }

  @Test
  void noRequestDeletesMoreThanAzureTakes() throws IOException {
    ObjectStore store =
        open(
            (n, head) -> {
              List<String> parts = new ArrayList<>();
              for (int i = 0; i < (n == 2 ? 88 : 256); i++) {
                parts.add(part(i, 202, ""));
              }
              return batch(parts.toArray(String[]::new));
            });

    store.deleteBatch(locations(600));

    assertThat(heads).hasSize(3).allMatch(head -> head.startsWith("POST"));
  }

  @Test
  void aDeleteTakesTheSnapshotsWithIt() throws IOException {
    ObjectStore store = open((n, head) -> DELETED);

    store.delete(OBJECT);

    assertThat(field(heads.get(0), "x-ms-delete-snapshots")).isEqualTo("include");
  }
}
