package io.s3dlio.storage.s3;

import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.s3.S3Config.Transport;
import io.s3dlio.storage.transport.HttpTransport;
import io.s3dlio.storage.transport.ProxyRules;
import io.s3dlio.storage.transport.TransportConfig;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.regions.providers.AwsProfileRegionProvider;

/**
 * Opens stores of S3. Stores of one configuration share their connections, their keys and their
 * limits, in the whole JVM: a task's store costs nothing to open.
 */
public final class S3Stores {
  private static final String DEFAULT_REGION = "us-east-1";

  private static final Logger LOG = LoggerFactory.getLogger(S3Stores.class);

  private static final Map<S3Config, ObjectStore> STORES = new ConcurrentHashMap<>();

  private S3Stores() {}

  /**
   * Returns the store of a configuration.
   *
   * @throws IllegalArgumentException if the endpoint or the region is malformed
   */
  public static ObjectStore open(S3Config config) {
    return STORES.computeIfAbsent(config, missing -> create(missing, System.getenv()));
  }

  static ObjectStore create(S3Config config, Map<String, String> environment) {
    if (config.transport() == Transport.SDK) {
      return new SdkS3Store(
          SdkClients.create(config, environment),
          config,
          new UploadThreads(config.maxConnections()));
    }
    S3Addressing addressing = addressing(config, environment);
    HttpTransport transport =
        new HttpTransport(
            TransportConfig.DEFAULT
                .withMaxConnections(config.maxConnections())
                .withCaBundle(caBundle(config, environment))
                .withProxies(ProxyRules.of(environment))
                .withTimeouts(
                    config.connectTimeout(),
                    config.firstByteTimeout(),
                    config.stallTimeout(),
                    config.requestTimeout()));
    S3Client client =
        new S3Client(transport, addressing, credentials(config, addressing.region()), config);
    return new S3Store(client, config, new UploadThreads(config.maxConnections()));
  }

  /** An endpoint of AWS that is written out is as good as none: buckets may be in any region. */
  static S3Addressing addressing(S3Config config, Map<String, String> environment) {
    URI endpoint = endpoint(config, environment);
    Optional<String> own = endpoint == null ? Optional.empty() : S3Addressing.awsRegion(endpoint);
    String region =
        config.region() == null && !own.orElse("").isEmpty()
            ? own.get()
            : region(config, environment);
    return new S3Addressing(
        own.isPresent() ? null : endpoint,
        region,
        Optional.ofNullable(config.pathStyle()),
        config.dualStack(),
        config.fips());
  }

  private static CredentialsSource credentials(S3Config config, String region) {
    if (config.anonymous()) {
      return CredentialsSource.ANONYMOUS;
    }
    return config.credentials() != null && config.role() == null
        ? CredentialsSource.of(config.credentials())
        : new SdkCredentials(SdkCredentials.provider(config, region));
  }

  static @Nullable URI endpoint(S3Config config, Map<String, String> environment) {
    if (config.endpoint() != null) {
      return config.endpoint();
    }
    String text =
        environment.getOrDefault(
            "AWS_ENDPOINT_URL_S3", environment.getOrDefault("AWS_ENDPOINT_URL", ""));
    return text.isBlank() ? null : URI.create(text);
  }

  static @Nullable String caBundle(S3Config config, Map<String, String> environment) {
    if (config.caBundle() != null) {
      return config.caBundle();
    }
    String file = environment.getOrDefault("AWS_CA_BUNDLE", "");
    return file.isBlank() ? null : file;
  }

  static String region(S3Config config, Map<String, String> environment) {
    if (config.region() != null) {
      return config.region();
    }
    String text =
        environment.getOrDefault("AWS_REGION", environment.getOrDefault("AWS_DEFAULT_REGION", ""));
    return text.isBlank() ? ofProfile().orElse(DEFAULT_REGION) : text;
  }

  /** The SDK's own chain would ask the instance too, which takes seconds where there is none. */
  private static Optional<String> ofProfile() {
    try {
      return Optional.of(new AwsProfileRegionProvider().getRegion().id());
    } catch (SdkClientException e) {
      LOG.debug("No profile names a region", e);
      return Optional.empty();
    }
  }
}
