package io.s3dlio.storage.gcs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.s3dlio.storage.AccessDeniedException;
import io.s3dlio.storage.BatchDeleteException;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.ObjectStore;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Batches of deletes, and answers that do not tell the best of each. */
class GcsDeleteFaultTest extends ScriptedGcs {
  private static final String DELETED = "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n";

  private static String part(int id, String answer) {
    return "--batch_x\r\nContent-Type: application/http\r\nContent-ID: <response-s3dlio+%d>\r\n\r\n%s\r\n\r\n"
        .formatted(id, answer);
  }

  private static String failed(int status, String reason, String message) {
    return "HTTP/1.1 "
        + status
        + " x\r\nContent-Type: application/json\r\n\r\n"
        + "{\"error\": {\"message\": \"%s\", \"errors\": [{\"reason\": \"%s\"}]}}"
            .formatted(message, reason);
  }

  private static String batch(String... parts) {
    return body(
        200,
        String.join("", parts) + "--batch_x--\r\n",
        "Content-Type: multipart/mixed; boundary=\"batch_x\"\r\n");
  }

  private static List<Location> some(int count) {
    return IntStream.range(0, count).mapToObj(i -> OBJECT.withKey("k/" + i + " %")).toList();
  }

  @Test
  void everyObjectThatIsNotDeletedIsTold() throws IOException {
    List<Location> some = some(5);
    ObjectStore store =
        open(
            (n, head) ->
                head.startsWith("POST")
                    ? batch(
                        part(0, DELETED),
                        part(1, failed(403, "forbidden", "no")),
                        part(3, failed(404, "notFound", "No such object: bucket/k/3")),
                        part(4, failed(404, "notFound", "The specified bucket does not exist.")))
                    : NO_CONTENT);

    BatchDeleteException e =
        catchThrowableOfType(BatchDeleteException.class, () -> store.deleteBatch(some));

    assertThat(e.failures()).containsOnlyKeys(some.get(1), some.get(4));
    assertThat(e.failures().get(some.get(1)))
        .isInstanceOf(AccessDeniedException.class)
        .hasMessageContaining("forbidden: no");
    assertThat(e.failures().get(some.get(4))).isInstanceOf(NotFoundException.class);
    assertThat(heads.get(0)).startsWith("POST /batch/storage/v1 HTTP");
    assertThat(servers.get(0).bodies().get(0))
        .contains("DELETE /storage/v1/b/bucket/o/k%2F0%20%25 HTTP/1.1\r\n")
        .contains("Content-ID: <s3dlio+4>");
    assertThat(heads.get(1))
        .as("of this nothing was heard")
        .startsWith("DELETE /storage/v1/b/bucket/o/k%2F2%20%25 ");
    assertThat(heads).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"429 rateLimitExceeded", "503 backendError", "403 userRateLimitExceeded", "500 x"})
  void whatTheServerIsTooBusyToDeleteIsDeletedLater(String failure) throws IOException {
    int status = Integer.parseInt(failure.substring(0, 3));
    ObjectStore store =
        open(
            (n, head) ->
                head.startsWith("POST")
                    ? batch(part(1, failed(status, failure.substring(4), "busy")), part(0, DELETED))
                    : NO_CONTENT);

    store.deleteBatch(some(2));

    assertThat(heads).hasSize(2);
    assertThat(heads.get(1)).startsWith("DELETE /storage/v1/b/bucket/o/k%2F1%20%25 ");
  }

  @Test
  void aHundredGoAtOnce() throws IOException {
    ObjectStore store =
        open(
            (n, head) ->
                batch(
                    IntStream.range(0, n < 2 ? 100 : 50)
                        .mapToObj(i -> part(i, DELETED))
                        .toArray(String[]::new)));

    store.deleteBatch(some(250));

    assertThat(heads).hasSize(3);
  }

  @Test
  void anAnswerThatIsNoneIsAskedForAgain() throws IOException {
    ObjectStore store =
        open(
            (n, head) ->
                switch (n) {
                  case 0 -> error(503, "backendError");
                  case 1 -> body(200, "<html/>", "Content-Type: text/html\r\n");
                  case 2 -> batch(part(7, DELETED));
                  default -> batch(part(0, DELETED), part(1, DELETED));
                });

    store.deleteBatch(some(2));

    assertThat(heads).hasSize(4);
  }

  @Test
  void aServerWithoutBatchesDeletesSingly() throws IOException {
    ObjectStore store =
        open((n, head) -> head.startsWith("POST") ? error(404, "notFound") : NO_CONTENT);

    store.deleteBatch(some(3));

    assertThat(heads.stream().filter(head -> head.startsWith("DELETE"))).hasSize(3);
  }

  @Test
  void whoeverIsBilledIsNamedInEachOfABatch() throws IOException {
    ObjectStore store =
        open(
            (n, head) -> batch(part(0, DELETED), part(1, DELETED)),
            config -> config.withUserProject("p1"));

    store.deleteBatch(some(2));

    assertThat(servers.get(0).bodies().get(0))
        .contains("/k%2F0%20%25?userProject=p1 HTTP/1.1")
        .contains("/k%2F1%20%25?userProject=p1 HTTP/1.1");
  }
}
