package io.s3dlio.storage.azure;

import static org.assertj.core.api.Assertions.assertThat;

import com.azure.storage.common.StorageSharedKeyCredential;
import io.s3dlio.storage.cloud.UriText;
import java.net.URI;
import java.net.URL;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.NotEmpty;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Our signatures against those of the Azure SDK. */
class SharedKeySignerTest {
  private static final String ACCOUNT = "devstoreaccount1";
  private static final String KEY = "dmVyeS1zZWNyZXQta2V5LW9mLWFuLWFjY291bnQ=";
  private static final SharedKeySigner OURS =
      new SharedKeySigner(ACCOUNT, new AzureCredentials.SharedKey(KEY));
  private static final StorageSharedKeyCredential THEIRS =
      new StorageSharedKeyCredential(ACCOUNT, KEY);
  private static final List<String> DATED =
      List.of("x-ms-version", "2023-11-03", "x-ms-date", "Sun, 06 Nov 1994 08:49:37 GMT");

  private static void assertAlike(
      String method, String path, String query, List<String> fields, long length) throws Exception {
    Map<String, String> theirs = new HashMap<>();
    for (int i = 0; i < fields.size(); i += 2) {
      theirs.put(fields.get(i), fields.get(i + 1));
    }
    theirs.put("Content-Length", String.valueOf(length));
    URL url =
        URI.create("http://127.0.0.1:10000" + path + (query.isEmpty() ? "" : "?" + query)).toURL();

    assertThat(OURS.authorization(method, path, query, fields, length))
        .as("%s %s?%s %s %d", method, path, query, fields, length)
        .isEqualTo(THEIRS.generateAuthorizationHeader(url, method, theirs));
  }

  private static List<String> dated(String... more) {
    List<String> fields = new ArrayList<>(List.of(more));
    fields.addAll(DATED);
    return fields;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "plain",
        "a b",
        "100%",
        "%41%2F",
        "a+b",
        "a?b=c",
        "a#b",
        "a&b=c;d,e:f@g!h$i*j(k)l'm",
        "gr\u00fc\u00dfe/\u65e5\u672c\u8a9e",
        "\ud834\udd1e",
        "a//b",
        "//a",
        "trailing.",
        "trailing...",
        "tab\tnewline\n"
      })
  void oddNamesAreSignedAlike(String key) throws Exception {
    String path = "/devstoreaccount1/bucket/" + UriText.path(key);
    assertAlike("GET", path, "", dated("Range", "bytes=0-9", "If-Match", "\"0x8D\""), 0);
    assertAlike("PUT", path, "", dated("x-ms-blob-type", "BlockBlob"), 12);
    assertAlike("DELETE", path, "", dated("x-ms-delete-snapshots", "include"), 0);
    String list = "restype=container&comp=list&include=metadata&delimiter=%2F&prefix=";
    assertAlike("GET", "/bucket", list + UriText.parameter(key), dated(), 0);
    assertAlike(
        "PUT", path, "comp=block&blockid=" + UriText.parameter(key + "=="), dated(), 8 << 20);
  }

  @Test
  void fieldsAreSignedAlikeInWhateverOrderTheyCome() throws Exception {
    List<String> one =
        List.of("x-ms-version", "2023-11-03", "Content-Type", "a/b", "X-MS-date", "now");
    List<String> other =
        List.of("X-MS-date", "now", "x-ms-version", "2023-11-03", "content-type", "a/b");

    assertThat(OURS.authorization("PUT", "/c/k", "comp=x", one, 1))
        .isEqualTo(OURS.authorization("PUT", "/c/k", "comp=x", other, 1));
    assertAlike("PUT", "/c/k", "comp=x", one, 1);
    assertAlike(
        "PUT",
        "/c/k",
        "comp=blocklist",
        dated(
            "x-ms-blob-content-type",
            "application/octet-stream",
            BlockUpload.ID_FIELD,
            "1",
            "Content-Type",
            "application/xml",
            "Content-MD5",
            "AAAA",
            "x-ms-content-crc64",
            "BBBB",
            "If-None-Match",
            "*"),
        300);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 4096, 5L << 30})
  void lengthsAreSignedAlike(long length) throws Exception {
    assertAlike("PUT", "/c/k", "", dated("x-ms-blob-type", "BlockBlob"), length);
  }

  @Property(tries = 500)
  void whateverIsAskedForIsSignedAlike(
      @ForAll @NotEmpty String key,
      @ForAll @Size(max = 4) List<@NotEmpty String> values,
      @ForAll @IntRange(max = 1 << 30) int length)
      throws Exception {
    String path = "/" + ACCOUNT + "/bucket/" + UriText.path(whole(key));
    StringBuilder query = new StringBuilder();
    for (int i = 0; i < values.size(); i++) {
      query.append(i == 0 ? "" : "&").append("p").append(i).append('=');
      query.append(UriText.parameter(whole(values.get(i))));
    }
    assertAlike("PUT", path, query.toString(), dated("x-ms-blob-type", "BlockBlob"), length);
  }

  /** No URI holds half of a surrogate pair. */
  private static String whole(String text) {
    return text.codePoints()
        .filter(c -> c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  @Test
  void noSignerShowsItsKey() {
    assertThat(OURS.toString()).doesNotContain(KEY);
    assertThat(new AzureCredentials.SharedKey(KEY)).hasToString("SharedKey[redacted]");
  }
}
