package io.s3dlio.storage.gcs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.s3dlio.storage.AccessDeniedException;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.ThrottledException;
import io.s3dlio.storage.UnavailableException;
import io.s3dlio.storage.WriterOptions;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is tried again, what is mended first, and what is told at once. */
class GcsRetryTest extends ScriptedGcs {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "408 x",
        "429 rateLimitExceeded",
        "500 internalError",
        "502 x",
        "503 backendError",
        "504 x",
        "403 rateLimitExceeded",
        "403 userRateLimitExceeded"
      })
  void whatPassesIsTriedAgain(String failure) throws IOException {
    String told =
        error(Integer.parseInt(failure.substring(0, 3)), failure.substring(4))
            .replace("X-GUploader", "Retry-After: 1\r\nX-GUploader");
    ObjectStore store = open((n, head) -> n % 2 == 0 ? told : found(7, 17));

    assertThat(store.stat(OBJECT).etag()).isEqualTo("17");
    assertThat(store.put(OBJECT, direct("content"), WriterOptions.DEFAULT).etag()).isEqualTo("17");

    assertThat(count).hasValue(4);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "400 invalid",
        "401 authError",
        "403 forbidden",
        "403 retentionPolicyNotMet",
        "404 notFound",
        "405 x",
        "409 conflict",
        "411 x",
        "413 uploadTooLarge",
        "501 notImplemented"
      })
  void whatDoesNotPassIsToldAtOnce(String failure) throws IOException {
    int status = Integer.parseInt(failure.substring(0, 3));
    ObjectStore store = open((n, head) -> error(status, failure.substring(4)));

    StorageException e =
        catchThrowableOfType(
            StorageException.class,
            () -> store.put(OBJECT, direct("content"), WriterOptions.DEFAULT));

    String word = status == 404 ? "NoSuchBucket" : failure.substring(4);
    assertThat(e)
        .hasMessageContaining("Cannot put gs://bucket/dir/object: " + word + ": told")
        .hasMessageContaining("request R1")
        .hasMessageNotContaining(TOKEN);
    assertThat(e.isRetryable()).isFalse();
    assertThat(e instanceof AccessDeniedException).isEqualTo(status == 401 || status == 403);
    assertThat(count).hasValue(1);
  }

  @Test
  void attemptsEndAndAreCounted() throws IOException {
    ObjectStore store =
        open(
            (n, head) -> error(429, "rateLimitExceeded"),
            config -> config.withClient(config.client().withMaxAttempts(3)));

    assertThatThrownBy(() -> store.stat(OBJECT))
        .isInstanceOf(ThrottledException.class)
        .hasMessageContaining("(after 3 attempts)");
    assertThat(count).hasValue(3);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "nonsense",
        "[]",
        "{\"name\": \"a\"",
        "{\"name\": \"a\"}",
        "{\"name\": \"a\", \"size\": 7, \"generation\": \"1\"}",
        "{\"name\": \"a\", \"size\": \"-7\", \"generation\": \"1\"}",
        "{\"name\": \"a\", \"size\": \"7\", \"generation\": \"0\"}",
        "{\"name\": \"a\", \"size\": \"7\", \"generation\": \"1\", \"updated\": \"now\"}"
      })
  void anAnswerThatCannotBeReadIsTriedAgainAsOneThatWasCutOff(String json) throws IOException {
    ObjectStore store = open((n, head) -> n == 0 || n > 1 ? body(200, json, "") : found(7, 17));

    assertThat(store.stat(OBJECT).length()).isEqualTo(7);
    assertThatThrownBy(() -> store.stat(OBJECT)).isInstanceOf(UnavailableException.class);
    assertThat(count).hasValue(7);
  }

  @Test
  void aBodyThatWasGarbledOnItsWayIsSentOnceMore() throws IOException {
    String garbled =
        error(
            400, "invalid", "Provided CRC32C \\\"a\\\" doesn't match calculated CRC32C \\\"b\\\".");
    ObjectStore store = open((n, head) -> n == 0 || n > 1 ? garbled : found(7, 17));

    assertThat(store.put(OBJECT, direct("content"), WriterOptions.DEFAULT).etag()).isEqualTo("17");
    assertThatThrownBy(() -> store.put(OBJECT, direct("content"), WriterOptions.DEFAULT))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("doesn't match calculated");
    assertThat(count).hasValue(4);
  }

  @ParameterizedTest
  @CsvSource({"userProjectMissing, set userProject", "required, Give credentials"})
  void adviceFollowsWhereThereIsSome(String reason, String advice) throws IOException {
    ObjectStore store = open((n, head) -> error(400, reason));

    assertThatThrownBy(() -> store.stat(OBJECT)).hasMessageContaining(advice);
  }

  @Test
  void whoeverIsBilledIsNamedInEveryRequest() throws IOException {
    ObjectStore store =
        open((n, head) -> found(7, 17), config -> config.withUserProject("the project"));

    store.stat(OBJECT);
    store.put(OBJECT, direct("content"), WriterOptions.DEFAULT);

    assertThat(heads).allMatch(head -> head.contains("&userProject=the%20project HTTP/1.1"));
  }

  @Test
  void aNameThatNoBucketHasIsToldWithoutARequest() throws IOException {
    ObjectStore store = open((n, head) -> found(7, 17));

    for (String name : new String[] {"UPPER", "a", "-a-", "a..%2F"}) {
      assertThatThrownBy(() -> store.stat(new io.s3dlio.storage.Location("gs", name, "key")))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("is no bucket's name");
    }
    assertThat(heads).isEmpty();
  }
}
