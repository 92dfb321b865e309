package io.s3dlio.storage.gcs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.AlreadyExistsException;
import io.s3dlio.storage.ObjectChangedException;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.WriterOptions;
import io.s3dlio.storage.cloud.UploadChecksum;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Puts in one request. */
class GcsWriteFaultTest extends ScriptedGcs {
  @ParameterizedTest
  @CsvSource({
    "CRC32C, '\"crc32c\":\"Ya91Mw==\"'",
    "MD5, '\"md5Hash\":\"mgNkuembtIDdJeHwKEyFVQ==\"'",
    "NONE, ''"
  })
  void aPutIsOneRequestWithItsSum(UploadChecksum checksum, String sum) throws IOException {
    ObjectStore store = open((n, head) -> found(7, 17), config -> config.withChecksum(checksum));

    assertThat(store.put(OBJECT, direct("content"), WriterOptions.DEFAULT).etag()).isEqualTo("17");

    assertThat(heads).hasSize(1);
    assertThat(heads.get(0))
        .startsWith("POST /upload/storage/v1/b/bucket/o?uploadType=multipart&fields=")
        .doesNotContain("ifGenerationMatch")
        .contains("\r\nContent-Type: multipart/related; boundary=s3dlio_");
    assertThat(servers.get(0).bodies().get(0))
        .contains("{\"name\":\"dir/object\",\"contentType\":\"application/octet-stream\"")
        .contains(sum)
        .doesNotContain("metadata")
        .contains("\r\n\r\ncontent\r\n--s3dlio_");
    if (checksum == UploadChecksum.NONE) {
      assertThat(servers.get(0).bodies().get(0)).doesNotContain("crc32c").doesNotContain("md5");
    }
  }

  @Test
  void conditionsAreGenerations() throws IOException {
    ObjectStore store = open((n, head) -> found(7, 18));

    store.put(OBJECT, direct("content"), NOT_REPLACING);
    store.put(OBJECT, direct("content"), OVER_17);

    assertThat(heads.get(0)).contains("&ifGenerationMatch=0 HTTP");
    assertThat(heads.get(1)).contains("&ifGenerationMatch=17 HTTP");
  }

  @ParameterizedTest
  @CsvSource({"0", "e1", "-1", "017", "99999999999999999999"})
  void whatIsNoGenerationMatchesNothing(String etag) throws IOException {
    ObjectStore store = open((n, head) -> found(7, 18));
    WriterOptions options = WriterOptions.DEFAULT.withIfMatch(etag);

    assertThatThrownBy(() -> store.put(OBJECT, direct("content"), options))
        .isInstanceOf(ObjectChangedException.class)
        .hasMessageContaining("the version with the ETag '" + etag + "' was to be replaced");
    assertThatThrownBy(() -> upload(store, options)).isInstanceOf(ObjectChangedException.class);
    assertThat(heads).isEmpty();
  }

  @Test
  void aRefusedConditionIsTold() throws IOException {
    ObjectStore store = open((n, head) -> error(412, "conditionNotMet"));

    assertThatThrownBy(() -> store.put(OBJECT, direct("content"), NOT_REPLACING))
        .isInstanceOf(AlreadyExistsException.class)
        .hasMessageContaining("it exists");
    assertThatThrownBy(() -> store.put(OBJECT, direct("content"), OVER_17))
        .isInstanceOf(ObjectChangedException.class)
        .hasMessageContaining("another is there");
    assertThat(count).hasValue(2);
  }

  @Test
  void aPutWhoseAnswerWasLostIsKnownByItsMark() throws IOException {
    ObjectStore store =
        open(
            (n, head) ->
                switch (n) {
                  case 0 -> null;
                  case 1 -> error(412, "conditionNotMet");
                  default -> body(200, object(7, 18, marked(uploadId())), "");
                });

    ByteBuffer content = direct("content");
    assertThat(store.put(OBJECT, content, NOT_REPLACING).etag()).isEqualTo("18");

    assertThat(content.hasRemaining()).isFalse();
    assertThat(count).hasValue(3);
  }

  @Test
  void aPutWhoseAnswerWasLostIsNotAnothers() throws IOException {
    ObjectStore store =
        open(
            (n, head) ->
                switch (n) {
                  case 0 -> error(500, "internalError");
                  case 1 -> error(412, "conditionNotMet");
                  default -> body(200, object(7, 18, marked("another")), "");
                });

    ByteBuffer content = direct("content");
    assertThatThrownBy(() -> store.put(OBJECT, content, NOT_REPLACING))
        .isInstanceOf(AlreadyExistsException.class);
    assertThat(content.remaining()).as("it was not put").isEqualTo(7);
  }

  @Test
  void aRefusalOfTheFirstAttemptIsNobodysLostAnswer() throws IOException {
    ObjectStore store = open((n, head) -> error(412, "conditionNotMet"));

    assertThatThrownBy(() -> store.put(OBJECT, direct("content"), NOT_REPLACING))
        .isInstanceOf(AlreadyExistsException.class);
    assertThat(heads).hasSize(1);
  }

  @Test
  void namesThatNoObjectHasAreToldWithoutARequest() throws IOException {
    ObjectStore store = open((n, head) -> found(7, 17));

    for (String key : new String[] {".", "..", "x".repeat(1025), "\u20ac".repeat(342)}) {
      assertThatThrownBy(
              () -> store.put(OBJECT.withKey(key), direct("content"), WriterOptions.DEFAULT))
          .hasMessageContaining("no object of Google's has this name");
    }
    assertThat(heads).isEmpty();
    store.put(OBJECT.withKey("x".repeat(1024)), direct("content"), WriterOptions.DEFAULT);
  }
}
