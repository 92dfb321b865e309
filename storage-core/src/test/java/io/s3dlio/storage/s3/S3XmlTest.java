package io.s3dlio.storage.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.cloud.ListPages;
import io.s3dlio.storage.cloud.Xml;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class S3XmlTest {
  private static ByteBuffer xml(String text) {
    return ByteBuffer.wrap(text.getBytes(UTF_8));
  }

  private static String text(ByteBuffer body) {
    return UTF_8.decode(body.duplicate()).toString();
  }

  @Test
  void aPageOfAListing() throws IOException {
    ListPages.Page page =
        S3Xml.page(
            xml(
                """
                <?xml version="1.0" encoding="UTF-8"?>
                <ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
                  <Name>b</Name><Prefix>p%2F</Prefix><EncodingType>url</EncodingType>
                  <IsTruncated>true</IsTruncated>
                  <NextContinuationToken>1/a+b==</NextContinuationToken>
                  <Contents>
                    <Key>p/a%20b+c%2B%25</Key><LastModified>2009-10-12T17:50:30.123Z</LastModified>
                    <ETag>&quot;fba9dede&quot;</ETag><Size>5368709120</Size>
                    <Owner><ID>x</ID><DisplayName>Key</DisplayName></Owner>
                  </Contents>
                  <CommonPrefixes><Prefix>p%2Fq%2F</Prefix></CommonPrefixes>
                </ListBucketResult>
                """));

    assertThat(page.continuation()).isEqualTo("1/a+b==");
    assertThat(page.objects())
        .containsExactly(
            new ListPages.Listed(
                "p/a b c+%",
                5_368_709_120L, Instant.parse("2009-10-12T17:50:30.123Z"), "fba9dede"));
  }

  @Test
  void keysThatAreNotEncodedStayAsTheyAre() throws IOException {
    ListPages.Page page =
        S3Xml.page(
            xml(
                "<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>a%20&lt;+</Key>"
                    + "<LastModified>2009-10-12T17:50:30Z</LastModified><Size>0</Size></Contents>"
                    + "</ListBucketResult>"));

    assertThat(page.objects().get(0).key()).isEqualTo("a%20<+");
    assertThat(page.continuation()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "no xml",
        "<ListBucketResult>",
        "<Error><Code>SlowDown</Code></Error>",
        "<ListBucketResult><Contents><Key>a</Key></Contents></ListBucketResult>",
        "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
        "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken/>"
            + "</ListBucketResult>",
        "<ListBucketResult><Contents><Key>a</Key><Size>-1</Size>"
            + "<LastModified>2009-10-12T17:50:30Z</LastModified></Contents></ListBucketResult>",
        "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><ListBucketResult>&e;"
            + "</ListBucketResult>",
        "<ListBucketResult><a><b><c><d><e><f><g><h/></g></f></e></d></c></b></a>"
            + "</ListBucketResult>",
      })
  void whatIsNoListingIsNeverAnEmptyOne(String body) {
    assertThatThrownBy(() -> S3Xml.page(xml(body)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("answer");
  }

  @Test
  void errorsTellWhatTheyCan() {
    assertThat(
            S3Xml.error(
                xml(
                    "<Error><Code>PermanentRedirect</Code><Message>m</Message>"
                        + "<Region>eu-west-1</Region><RequestId>r</RequestId></Error>")))
        .isEqualTo(new S3Xml.ErrorAnswer("PermanentRedirect", "m", "r", "eu-west-1"));
    assertThat(S3Xml.error(xml("<html>Bad gateway</html>"))).isEqualTo(S3Xml.ErrorAnswer.NONE);
    assertThat(S3Xml.error(xml(""))).isEqualTo(S3Xml.ErrorAnswer.NONE);
  }

  @Test
  void everyKeyOfABatchIsTold() throws IOException {
    S3Xml.Deleted deleted =
        S3Xml.deleted(
            xml(
                "<DeleteResult><Deleted><Key>a</Key></Deleted><Error><Key>b</Key>"
                    + "<Code>AccessDenied</Code><Message>no</Message></Error><Deleted/>"
                    + "</DeleteResult>"));

    assertThat(deleted.keys()).containsExactly("a", "");
    assertThat(deleted.failures())
        .containsExactly(new S3Xml.FailedDelete("b", "AccessDenied", "no"));
  }

  @Test
  void bodiesThatAreSent() {
    assertThat(text(S3Xml.delete(List.of("a&<b>\"\n", "\u00fc"))))
        .isEqualTo(
            "<Delete><Object><Key>a&amp;&lt;b&gt;&quot;&#10;</Key></Object>"
                + "<Object><Key>\u00fc</Key></Object></Delete>");
    assertThat(
            text(
                S3Xml.complete(
                    List.of(new S3Xml.Part(1, "e1", "AAAAAA=="), new S3Xml.Part(2, "e2", "")))))
        .isEqualTo(
            "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>&quot;e1&quot;</ETag>"
                + "<ChecksumCRC32C>AAAAAA==</ChecksumCRC32C></Part><Part><PartNumber>2</PartNumber>"
                + "<ETag>&quot;e2&quot;</ETag></Part></CompleteMultipartUpload>");
    assertThat(Xml.canHold("tab\tnewline\n\u00fc")).isTrue();
    assertThat(Xml.canHold("bell\u0007")).isFalse();
    assertThat(Xml.canHold("half \ud834")).isFalse();
    assertThat(Xml.canHold("whole \ud834\udd1e")).isTrue();
  }
}
