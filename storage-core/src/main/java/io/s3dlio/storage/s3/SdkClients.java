package io.s3dlio.storage.s3;

import io.s3dlio.storage.cloud.UploadChecksum;
import io.s3dlio.storage.s3.S3Config.PayloadSigning;
import io.s3dlio.storage.transport.TlsTrust;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/** Makes the AWS SDK's client of a configuration. */
final class SdkClients {
  private SdkClients() {}

  /**
   * Returns a client that does what the configuration says.
   *
   * @throws IllegalArgumentException if the SDK cannot
   */
  static S3Client create(S3Config config, Map<String, String> environment) {
    requireAble(config);
    S3Addressing addressing = S3Stores.addressings(config, environment).get(0);
    URI endpoint = addressing.isAws() ? null : S3Stores.endpoints(config, environment).get(0);
    boolean crc = config.checksum() == UploadChecksum.CRC32C;
    S3ClientBuilder builder =
        S3Client.builder()
            .region(Region.of(addressing.region()))
            .crossRegionAccessEnabled(addressing.isAws())
            .credentialsProvider(SdkCredentials.provider(config, addressing.region()))
            .dualstackEnabled(config.dualStack())
            .fipsEnabled(config.fips())
            .forcePathStyle(pathStyle(config, endpoint))
            .requestChecksumCalculation(
                crc
                    ? RequestChecksumCalculation.WHEN_SUPPORTED
                    : RequestChecksumCalculation.WHEN_REQUIRED)
            // The store compares, and says which object it is.
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            .httpClientBuilder(http(config, environment))
            .overrideConfiguration(
                override ->
                    override
                        .apiCallAttemptTimeout(config.client().requestTimeout())
                        .retryStrategy(retry -> retry.maxAttempts(config.client().maxAttempts()))
                        .addExecutionInterceptor(new Settings(new S3Fields(config))));
    return (endpoint == null ? builder : builder.endpointOverride(endpoint)).build();
  }

  private static void requireAble(S3Config config) {
    if (config.endpoints().size() > 1) {
      throw new IllegalArgumentException(
          "Invalid configuration: the AWS SDK knows one endpoint (with transport=sdk, give one"
              + " endpoint)");
    }
    if (config.checksum() == UploadChecksum.MD5) {
      throw new IllegalArgumentException(
          "Invalid configuration: the AWS SDK sends no MD5 (with transport=sdk, set checksum to"
              + " crc32c or none)");
    }
    if (config.payloadSigning() != PayloadSigning.AUTO) {
      throw new IllegalArgumentException(
          "Invalid configuration: the AWS SDK decides what it signs (with transport=sdk, leave"
              + " payloadSigning out)");
    }
    if (!config.client().firstByteTimeout().equals(config.client().stallTimeout())) {
      throw new IllegalArgumentException(
          "Invalid configuration: the AWS SDK has one time-out for the first byte and those after it"
              + " (with transport=sdk, set firstByteTimeout and stallTimeout alike)");
    }
  }

  private static boolean pathStyle(S3Config config, @Nullable URI endpoint) {
    return config.pathStyle() == null ? endpoint != null : config.pathStyle();
  }

  private static Apache5HttpClient.Builder http(S3Config config, Map<String, String> environment) {
    Apache5HttpClient.Builder http =
        Apache5HttpClient.builder()
            .maxConnections(config.client().maxConnections())
            .connectionTimeout(config.client().connectTimeout())
            .socketTimeout(config.client().stallTimeout());
    String caBundle = S3Stores.caBundle(config, environment);
    if (caBundle != null) {
      try {
        TrustManager[] trust = TlsTrust.of(caBundle);
        http.tlsTrustManagersProvider(() -> trust);
      } catch (IOException e) {
        throw new UncheckedIOException(e.getMessage(), e);
      }
    }
    return http;
  }

  /** Adds to each request what the configuration says of all. */
  private record Settings(S3Fields fields) implements ExecutionInterceptor {
    @Override
    public SdkHttpRequest modifyHttpRequest(
        Context.ModifyHttpRequest context, ExecutionAttributes attributes) {
      List<String> more = fields(context.request());
      SdkHttpRequest.Builder request = context.httpRequest().toBuilder();
      for (int i = 0; i < more.size(); i += 2) {
        request.putHeader(more.get(i), more.get(i + 1));
      }
      return request.build();
    }

    private List<String> fields(SdkRequest request) {
      if (request instanceof PutObjectRequest || request instanceof CreateMultipartUploadRequest) {
        return fields.create();
      }
      return request instanceof GetObjectRequest || request instanceof HeadObjectRequest
          ? fields.read()
          : fields.any();
    }
  }
}
