package io.s3dlio.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectListing;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.WriterOptions;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What failures say, and never say. */
class S3MessagesTest extends ScriptedS3 {
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
