package io.s3dlio.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.cloud.UriText;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class S3AddressingTest {
  private static S3Addressing at(@Nullable String endpoint, @Nullable Boolean pathStyle) {
    return new S3Addressing(
        endpoint == null ? null : URI.create(endpoint),
        "eu-west-1",
        Optional.ofNullable(pathStyle),
        false,
        false);
  }

  private static String url(S3Addressing addressing, String bucket, String key) {
    S3Addressing.Target target = addressing.target(bucket, key);
    return target.endpoint() + target.path();
  }

  @Test
  void awsHasTheBucketInItsHostsName() {
    S3Addressing aws = at(null, null);

    assertThat(url(aws, "data", "a/b c"))
        .isEqualTo("https://data.s3.eu-west-1.amazonaws.com/a/b%20c");
    assertThat(url(aws, "data", "")).isEqualTo("https://data.s3.eu-west-1.amazonaws.com/");
    assertThat(url(aws, "dotted.name", "k"))
        .isEqualTo("https://s3.eu-west-1.amazonaws.com/dotted.name/k");
    assertThat(url(aws, "Old_Name", "k"))
        .isEqualTo("https://s3.eu-west-1.amazonaws.com/Old_Name/k");
    assertThat(url(at(null, true), "data", "k"))
        .isEqualTo("https://s3.eu-west-1.amazonaws.com/data/k");
  }

  @Test
  void otherEndpointsHaveItInThePathUnlessTold() {
    assertThat(url(at("http://minio:9000", null), "data", "k"))
        .isEqualTo("http://minio:9000/data/k");
    assertThat(url(at("http://minio:9000", false), "data", "k"))
        .isEqualTo("http://data.minio:9000/k");
    assertThat(url(at("https://[::1]:9000/base/", null), "data", "k"))
        .isEqualTo("https://[::1]:9000/base/data/k");
    assertThat(at("http://minio", null).target("data", "k").endpoint().port()).isEqualTo(80);
    assertThat(at("https://minio", null).target("data", "k").endpoint().port()).isEqualTo(443);
  }

  @ParameterizedTest
  @CsvSource({
    "https://s3.us-west-2.amazonaws.com, us-west-2, true",
    "https://s3-us-west-2.amazonaws.com/, us-west-2, true",
    "https://s3.cn-north-1.amazonaws.com.cn, cn-north-1, true",
    "https://s3.amazonaws.com, us-east-1, true",
    "http://s3.us-west-2.amazonaws.com, us-east-1, false",
    "https://s3.us-west-2.amazonaws.com:8443, us-east-1, false",
    "https://s3.us-west-2.amazonaws.com.evil.example, us-east-1, false",
    "https://bucket.vpce-1.s3.us-west-2.vpce.amazonaws.com, us-east-1, false",
  })
  void anEndpointOfAwsThatIsWrittenOutIsAwsWithItsRegion(
      String endpoint, String region, boolean aws) {
    S3Config config = S3Config.builder().endpoint(URI.create(endpoint)).build();

    S3Addressing addressing = S3Stores.addressings(config, Map.of()).get(0);

    assertThat(addressing.isAws()).isEqualTo(aws);
    assertThat(addressing.region()).isEqualTo(region);
  }

  @Test
  void severalEndpointsHaveOneAddressEach() {
    S3Config config =
        S3Config.builder()
            .endpoints(List.of(URI.create("http://a:9000"), URI.create("http://b:9000/")))
            .build();

    assertThat(S3Stores.addressings(config, Map.of("AWS_ENDPOINT_URL", "http://other")))
        .extracting(addressing -> url(addressing, "data", "k"))
        .containsExactly("http://a:9000/data/k", "http://b:9000/data/k");
  }

  @ParameterizedTest
  @CsvSource({
    "http://a:9000 https://b:9000, some with http and some with https",
    "http://a:9000 http://b:9000/base, with the paths '' and '/base'",
    "https://a https://s3.us-west-2.amazonaws.com, s3.us-west-2.amazonaws.com is AWS's own",
    "https://s3.us-west-2.amazonaws.com https://s3.us-east-1.amazonaws.com, is AWS's own",
    "http://a http://A:80/, http://a is given twice",
    "http://a b:9000, Invalid endpoint",
  })
  void endpointsThatAreNotAlikeAreRefused(String endpoints, String reason) {
    S3Config config =
        S3Config.builder()
            .endpoints(Stream.of(endpoints.split(" ")).map(URI::create).toList())
            .build();

    assertThatThrownBy(() -> S3Stores.addressings(config, Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Invalid endpoint: ")
        .hasMessageContaining(reason);
  }

  @Test
  void theEnvironmentNamesOneEndpoint() {
    Map<String, String> environment = Map.of("AWS_ENDPOINT_URL", "http://a:9000,http://b:9000");

    assertThatThrownBy(() -> S3Stores.addressings(S3Config.DEFAULT, environment))
        .hasMessageContaining("Invalid endpoint: write http://host:port");
  }

  @Test
  void noBucketStandsBeforeAnAddress() {
    assertThatThrownBy(() -> at("http://10.0.0.1:9000", false))
        .hasMessageContaining("leave pathStyle out, or name the host");
    assertThatThrownBy(() -> at("http://[::1]:9000", false)).hasMessageContaining("pathStyle");
  }

  @ParameterizedTest
  @CsvSource({
    "us-gov-west-1, s3.us-gov-west-1.amazonaws.com",
    "cn-north-1, s3.cn-north-1.amazonaws.com.cn",
    "us-iso-east-1, s3.us-iso-east-1.c2s.ic.gov",
    "us-isob-east-1, s3.us-isob-east-1.sc2s.sgov.gov",
  })
  void partitionsHaveSuffixesOfTheirOwn(String region, String host) {
    S3Addressing addressing = new S3Addressing(null, region, Optional.of(true), false, false);

    assertThat(addressing.target("data", "k").endpoint().host()).isEqualTo(host);
  }

  @Test
  void dualStackAndFipsAreEndpointsOfAws() {
    assertThat(
            new S3Addressing(null, "us-east-1", Optional.of(true), true, true)
                .target("data", "k")
                .endpoint()
                .host())
        .isEqualTo("s3-fips.dualstack.us-east-1.amazonaws.com");
    assertThatThrownBy(
            () ->
                new S3Addressing(
                    URI.create("http://minio"), "us-east-1", Optional.empty(), false, true))
        .hasMessageContaining("fips");
  }

  @Test
  void accessPointsAreHosts() {
    assertThat(url(at(null, null), "arn:aws:s3:eu-west-1:123456789012:accesspoint:train", "k"))
        .isEqualTo("https://train-123456789012.s3-accesspoint.eu-west-1.amazonaws.com/k");
    assertThatThrownBy(
            () -> at(null, null).target("arn:aws:s3:us-east-2:123456789012:accesspoint:train", "k"))
        .hasMessageContaining("us-east-2")
        .hasMessageContaining("set region");
    assertThatThrownBy(
            () -> at(null, null).target("arn:aws:s3::123456789012:accesspoint:mrap.mrap", "k"))
        .hasMessageContaining("is a multi-region access point")
        .hasMessageContaining("name the access point or the bucket of one region");
    assertThatThrownBy(
            () ->
                at("http://minio:9000", null)
                    .target("arn:aws:s3:eu-west-1:123456789012:accesspoint:train", "k"))
        .hasMessageContaining("endpoint is set");
  }

  @Test
  void whatOnlyTheSdkKnowsIsNamedWithIt() {
    assertThatThrownBy(() -> at(null, null).target("data--euw1-az1--x-s3", "k"))
        .hasMessageContaining("'data--euw1-az1--x-s3' is of S3 Express (set transport=sdk)");
    assertThatThrownBy(
            () ->
                at(null, null)
                    .target("arn:aws:s3-outposts:eu-west-1:123456789012:outpost:op:x", "k"))
        .hasMessageContaining("set transport=sdk");
  }

  @Test
  void dottedBucketsOverTlsStandInThePath() {
    assertThat(url(at("https://minio", null), "a.b", "k")).isEqualTo("https://minio/a.b/k");
    assertThat(url(at(null, null), "a.b", "k"))
        .isEqualTo("https://s3.eu-west-1.amazonaws.com/a.b/k");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "-a", "a/b", "a%b", "a b", "x--x-s3", "b\u00fccher"})
  void whatIsNoBucketIsRefused(String bucket) {
    assertThatThrownBy(() -> at("http://minio", null).target(bucket, "k"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("bucket");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "minio:9000",
        "ftp://minio",
        "http://user:secret@minio",
        "http://minio?X-Amz-Signature=secret",
        "http:///path",
      })
  void whatIsNoEndpointIsRefusedAndNotRepeated(String endpoint) {
    assertThatThrownBy(() -> at(endpoint, null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("endpoint")
        .hasMessageNotContaining("secret");
  }

  @Test
  void keysAreEncodedOnce() {
    assertThat(UriText.path("a b/%41+~?#\u00fc\ud834\udd1e"))
        .isEqualTo("a%20b/%2541%2B~%3F%23%C3%BC%F0%9D%84%9E");
    assertThat(UriText.parameter("a/b")).isEqualTo("a%2Fb");
    assertThatThrownBy(() -> UriText.path("half \ud834"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("surrogate");
  }
}
