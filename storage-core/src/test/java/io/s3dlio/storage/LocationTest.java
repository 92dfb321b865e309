package io.s3dlio.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LocationTest {
  private static final String HERE = System.getProperty("user.dir").substring(1);

  @ParameterizedTest
  @CsvSource({
    "s3://bucket/a/b.npz, s3, bucket, a/b.npz",
    "S3://bucket/a, s3, bucket, a",
    "s3://bucket, s3, bucket, ''",
    "s3://bucket/, s3, bucket, ''",
    "s3://bucket//a, s3, bucket, /a",
    "s3://arn:aws:s3:r:1:accesspoint/p/a/b, s3, arn:aws:s3:r:1:accesspoint:p, a/b",
    "s3://arn:aws:s3:r:1:accesspoint:p/a/b, s3, arn:aws:s3:r:1:accesspoint:p, a/b",
    "s3a://arn:aws:s3:r:1:accesspoint/p, s3, arn:aws:s3:r:1:accesspoint:p, ''",
    "s3://bucket/a//b/, s3, bucket, a//b/",
    "s3://my.data.bkt/x, s3, my.data.bkt, x",
    "s3://b/a?versionId=1#x%20+y@z:1, s3, b, a?versionId=1#x%20+y@z:1",
    "az://container/a b, az, container, a b",
    "gs://bucket/a\\b, gs, bucket, a\\b",
    "gcs://bucket/a, gs, bucket, a",
    "az://train@account1/a@b, az, train@account1, a@b",
    "abfss://train@account1.dfs.core.windows.net/a?b, az, train@account1, a?b",
    "ABFS://train@account1.dfs.core.windows.net, az, train@account1, ''",
    "wasbs://$web@account1.blob.core.windows.net/a/, az, $web@account1, a/",
    "abfss://t@account1.dfs.core.chinacloudapi.cn/a, az, t@account1.blob.core.chinacloudapi.cn, a",
    "abfss://t@account1.z12.dfs.storage.azure.net/a, az, t@account1.z12.blob.storage.azure.net, a",
    "https://account1.blob.core.windows.net/train/a%20b/%3Fc, az, train@account1, a b/?c",
    "https://Account1.DFS.core.windows.net/train, az, train@account1, ''",
    "file:///data/a.bin, file, '', data/a.bin",
    "file:/data/a.bin, file, '', data/a.bin",
    "file:///, file, '', ''",
    "file:////data, file, '', /data",
    "direct:///data/dir/, direct, '', data/dir/",
    "/data/a.bin, file, '', data/a.bin",
    "/data/10:30/a@b, file, '', data/10:30/a@b",
    "/, file, '', ''",
  })
  void textIsSplitIntoSchemeContainerAndKey(
      String text, String scheme, String container, String key) {
    assertThat(Location.parse(text)).isEqualTo(new Location(scheme, container, key));
  }

  @Test
  void relativePathsStartAtTheWorkingDirectory() {
    assertThat(Location.parse("data/a")).isEqualTo(new Location("file", "", HERE + "/data/a"));
    assertThat(Location.parse("direct://./data/x/../a/"))
        .isEqualTo(new Location("direct", "", HERE + "/data/a/"));
    assertThat(Location.parse("./12:30").key()).isEqualTo(HERE + "/12:30");
    assertThat(Location.parse(".").key()).isEqualTo(HERE);
    assertThat(Location.parse("../a").key())
        .isEqualTo(HERE.substring(0, HERE.lastIndexOf('/') + 1) + "a");
    assertThat(Location.parse("../../../../../../../../../../../../..").key()).isEmpty();
    assertThat(Location.parse("./gr\u00fc\u00df \ud834\udd1e").key())
        .isEqualTo(HERE + "/gr\u00fc\u00df \ud834\udd1e");
  }

  @Test
  void whatHadoopCallsS3IsS3() {
    assertThat(Location.parse("s3a://bucket/a?b")).isEqualTo(Location.parse("s3://bucket/a?b"));
    assertThat(Location.parse("S3N://bucket")).hasToString("s3://bucket/");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''|it is empty",
        "' '|it is empty",
        "http://host/a|unknown scheme 'http' (known: file, direct, s3, az, gs)",
        "s3b://bucket/a|unknown scheme 's3b'",
        "s3:/bucket/a|'s3:' is not followed by '//'",
        "s3:bucket|'s3:' is not followed by '//'",
        "https://host/train/a|https:// is followed by no account's host at Azure",
        "https://account1.blob.core.windows.net/|az:// names no container",
        "https://account1.blob.core.windows.net/a b|it is no URL",
        "https://account1.blob.core.windows.net/c/a?snapshot=1|the URL has a port, a query",
        "az://train@Account/a|az:// is followed by user info",
        "az://train@account1.file.core.windows.net/a|az:// is followed by user info",
        "s3:///a|s3:// names no container (write s3://container/key)",
        "s3://|s3:// names no container",
        "s3://bucket?x/a|'bucket?x' is no container's name",
        "s3://bucket#x|'bucket#x' is no container's name",
        "s3://my bucket/a|'my bucket' is no container's name",
        "file://|file:// has no path",
        "file:|file: has no path",
        "file://data/a|file:// is followed by a host (write file:///path, or file://./path",
        "direct://localhost/a|direct:// is followed by a host",
        "file:data/a|a relative path with a colon in its first name",
        "a:b/c|a relative path with a colon in its first name looks like a scheme",
      })
  void badTextIsRefusedAndTheMessageSaysWhy(String text, String reason) {
    assertThatThrownBy(() -> Location.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("Invalid location: " + reason);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "s3://AKIAEXAMPLE:hunter2@bucket/key",
        "s3://hunter2@bucket/key",
        "s3://AKIAEXAMPLE:hunter2@bucket",
        "s3://AKIA EXAMPLE:hunter2@/key",
        "az://hunter2@/key",
        "az://user:hunter2@account1/key",
        "az://AKIAhunter2==@account1/key",
        "s3://hunter2@account1/key",
        "https://user:hunter2@account1.blob.core.windows.net/c/key",
        "https://account1.blob.core.windows.net/c/key?hunter2=1",
        "file://user:hunter2@host/path",
        "direct://hunter2@host",
        "http://user:hunter2@host/path",
        "user:hunter2@host/path",
      })
  void userInfoIsRefusedAndNeverPrinted(String text) {
    assertThatThrownBy(() -> Location.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("Invalid location: ")
        .hasMessageNotContaining("hunter2")
        .hasMessageNotContaining("AKIA");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "s3://bucket/key?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=hunter2",
        "s3://bucket/key?x-amz-credential=hunter2&X-Amz-Date=20261101T000000Z",
        "s3a://bucket/key?X-Amz-Security-Token=hunter2",
        "az://container/key?sv=2024-11-04&sp=r&sig=hunter2",
        "gs://bucket/key?X-Goog-Signature=hunter2",
      })
  void signaturesAreRefusedAndNeverPrinted(String text) {
    assertThatThrownBy(() -> Location.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("of a signed URL (leave it out")
        .hasMessageNotContaining("hunter2");
  }

  @Test
  void aQuestionMarkIsPartOfTheKey() {
    assertThat(Location.parse("s3://bucket/a?design=1&sigma=2").key())
        .isEqualTo("a?design=1&sigma=2");
    assertThat(Location.parse("file:///a?sig=1").key()).isEqualTo("a?sig=1");
  }

  @Test
  void partsAreChecked() {
    for (String container : List.of("k:hunter2@b", "hunter2@b")) {
      for (String scheme : List.of("s3", "file")) {
        assertThatThrownBy(() -> new Location(scheme, container, "k"))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("user info")
            .hasMessageNotContaining("hunter2");
      }
    }
    assertThatThrownBy(() -> new Location("s3", "a/b", "k"))
        .hasMessageContaining("'a/b' is no container's name");
    assertThatThrownBy(() -> new Location("file", "host", "k"))
        .hasMessageContaining("names a host (write file:///path)");
    assertThatThrownBy(() -> new Location("S3", "b", "k")).hasMessageContaining("'S3'");
    assertThatThrownBy(() -> new Location("s3", "b", "a\0b")).hasMessageContaining("NUL");
  }

  @Property
  void itsTextIsParsedBack(
      @ForAll @CharRange(from = ' ', to = '\uffff') @StringLength(max = 20) String key) {
    for (Location location : List.of(new Location("s3", "b", key), new Location("file", "", key))) {
      assertThat(Location.parse(location.toString())).isEqualTo(location);
    }
  }

  @Test
  void aPrefixEndsWithASlashOrIsEmpty() {
    Location location = Location.parse("s3://b/a/x");

    assertThat(location.isPrefix()).isFalse();
    assertThat(location.asPrefix()).isEqualTo(Location.parse("s3://b/a/x/"));
    assertThat(location.asPrefix().asPrefix()).isEqualTo(location.asPrefix());
    assertThat(location.asPrefix().isPrefix()).isTrue();
    assertThat(Location.parse("s3://b").isPrefix()).isTrue();
    assertThat(Location.parse("s3://b").asPrefix().key()).isEmpty();
    assertThat(location.name()).isEqualTo("x");
    assertThat(location.asPrefix().name()).isEmpty();
    assertThat(location.withKey("top").name()).isEqualTo("top");
    assertThat(location.append("/y").key()).isEqualTo("a/x/y");
    assertThat(location.isLocal()).isFalse();
    assertThat(Location.parse("direct:///a").isLocal()).isTrue();
  }

  @Property
  void keysAreOrderedAsTheirUtf8Bytes(@ForAll String left, @ForAll String right) {
    // Half a surrogate pair has no UTF-8, and no store takes it.
    String a = new String(left.getBytes(UTF_8), UTF_8);
    String b = new String(right.getBytes(UTF_8), UTF_8);

    assertThat(Integer.signum(Location.KEY_ORDER.compare(a, b)))
        .isEqualTo(Integer.signum(Arrays.compareUnsigned(a.getBytes(UTF_8), b.getBytes(UTF_8))));
  }

  @Test
  void surrogatePairsComeAfterAllOtherKeys() {
    assertThat(Location.KEY_ORDER.compare("\ud834\udd1e", "\uffee")).isPositive();
    assertThat(Location.KEY_ORDER.compare("a\uffee", "a\ud834\udd1e")).isNegative();
    assertThat(Location.KEY_ORDER.compare("\ud834\udd1e", "\ud834\udd1f")).isNegative();
    assertThat(Location.KEY_ORDER.compare("a", "a/")).isNegative();
  }
}
