package io.s3dlio.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.s3dlio.storage.BatchDeleteException;
import io.s3dlio.storage.ObjectStore;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Batches of deletes whose answers leave something out. */
class S3DeleteFaultTest extends ScriptedS3 {
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
}
