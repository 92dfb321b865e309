package io.s3dlio.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.WriterOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.s3.S3Client;

/** Where the AWS SDK's client goes to. Nothing is sent. */
class SdkClientsTest {
  private static S3Config.Builder aws() {
    return S3Config.builder()
        .transport(S3Config.Transport.SDK)
        .credentials(new S3Credentials("id", "secret", ""))
        .region("eu-west-1");
  }

  /** Returns what an object's HEAD would be sent to, or why it would not. */
  private static String url(S3Config.Builder config, String bucket) {
    AtomicReference<String> url = new AtomicReference<>();
    ExecutionInterceptor stop =
        new ExecutionInterceptor() {
          @Override
          public void beforeTransmission(
              Context.BeforeTransmission context, ExecutionAttributes attributes) {
            url.set(context.httpRequest().getUri().toString());
            throw new IllegalStateException("not sent");
          }
        };
    try (S3Client client = SdkClients.create(config.build(), Map.of())) {
      Throwable stopped =
          catchThrowable(
              () ->
                  client.headObject(
                      head ->
                          head.bucket(bucket)
                              .key("k")
                              .overrideConfiguration(
                                  all ->
                                      all.addPlugin(
                                          one ->
                                              one.overrideConfiguration(
                                                  one.overrideConfiguration().toBuilder()
                                                      .addExecutionInterceptor(stop)
                                                      .build())))));
      return url.get() == null ? String.valueOf(stopped.getMessage()) : url.get();
    }
  }

  @Test
  void theServerIsWhereTheSettingsSay() {
    URI minio = URI.create("http://minio:9000");

    assertThat(url(aws(), "data")).isEqualTo("https://data.s3.eu-west-1.amazonaws.com/k");
    assertThat(url(aws().pathStyle(true), "data"))
        .isEqualTo("https://s3.eu-west-1.amazonaws.com/data/k");
    assertThat(url(aws().dualStack(true), "data"))
        .isEqualTo("https://data.s3.dualstack.eu-west-1.amazonaws.com/k");
    assertThat(url(aws().fips(true), "data"))
        .isEqualTo("https://data.s3-fips.eu-west-1.amazonaws.com/k");
    assertThat(url(aws().endpoint(minio), "data")).isEqualTo("http://minio:9000/data/k");
    assertThat(url(aws().endpoint(minio).pathStyle(false), "data"))
        .isEqualTo("http://data.minio:9000/k");
  }

  @Test
  void accessPointsOfARegionAreKnownInBothSpellings() {
    for (String separator : new String[] {":", "/"}) {
      assertThat(url(aws(), "arn:aws:s3:eu-west-1:123456789012:accesspoint" + separator + "train"))
          .isEqualTo("https://train-123456789012.s3-accesspoint.eu-west-1.amazonaws.com/k");
    }
  }

  @Test
  void accessPointsOfSeveralRegionsAreRefusedByName() {
    Location object =
        Location.parse("s3://arn:aws:s3::123456789012:accesspoint/mfzwi23gnjvgw.mrap/dir/k");
    ObjectStore store = S3Stores.open(aws().build());

    for (ThrowingCallable use :
        List.<ThrowingCallable>of(
            () -> store.stat(object),
            () -> store.list(object, ListOptions.RECURSIVE),
            () -> store.put(object, ByteBuffer.allocate(1), WriterOptions.DEFAULT),
            () -> store.delete(object))) {
      assertThatThrownBy(use)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("mfzwi23gnjvgw.mrap' is a multi-region access point")
          .hasMessageContaining("name the access point or the bucket of one region");
    }
  }
}
