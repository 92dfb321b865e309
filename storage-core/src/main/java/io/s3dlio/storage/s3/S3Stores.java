package io.s3dlio.storage.s3;

import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.cloud.OpenStores;
import io.s3dlio.storage.cloud.OpenStores.Opened;
import io.s3dlio.storage.cloud.UploadThreads;
import io.s3dlio.storage.s3.S3Config.Transport;
import io.s3dlio.storage.transport.HttpTransport;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

  private static final OpenStores<S3Config> STORES =
      new OpenStores<>(config -> create(config, System.getenv()));

  private S3Stores() {}

  /**
   * Returns the store of a configuration.
   *
   * @throws IllegalArgumentException if the endpoint or the region is malformed
   */
  public static ObjectStore open(S3Config config) {
    return STORES.open(config);
  }

  /** Ends the connections and threads of all stores and forgets the stores. */
  public static void closeAll() {
    STORES.closeAll();
  }

  static Opened create(S3Config config, Map<String, String> environment) {
    if (config.transport() == Transport.SDK) {
      software.amazon.awssdk.services.s3.S3Client sdk = SdkClients.create(config, environment);
      UploadThreads threads = new UploadThreads(config.client().maxConnections());
      return new Opened(
          new SdkS3Store(sdk, config, threads),
          () -> {
            threads.close();
            sdk.close();
          });
    }
    List<S3Addressing> addressings = addressings(config, environment);
    HttpTransport transport =
        config.client().withCaBundle(caBundle(config, environment)).openTransport(environment);
    CredentialsSource credentials = credentials(config, addressings.get(0).region());
    S3Client client = new S3Client(transport, addressings, credentials, config);
    UploadThreads threads = new UploadThreads(config.client().maxConnections());
    return new Opened(
        new S3Store(client, config, threads),
        () -> {
          threads.close();
          transport.close();
          credentials.close();
        });
  }

  /** An endpoint of AWS that is written out is as good as none: buckets may be in any region. */
  static List<S3Addressing> addressings(S3Config config, Map<String, String> environment) {
    List<URI> endpoints = endpoints(config, environment);
    String own = endpoints.size() == 1 ? S3Addressing.awsRegion(endpoints.get(0)).orElse("") : "";
    String region = config.region() == null && !own.isEmpty() ? own : region(config, environment);
    return S3Addressing.of(
        endpoints,
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

  /** The environment names one: it is not ours alone. */
  static List<URI> endpoints(S3Config config, Map<String, String> environment) {
    if (!config.endpoints().isEmpty()) {
      return config.endpoints();
    }
    String text =
        environment.getOrDefault(
            "AWS_ENDPOINT_URL_S3", environment.getOrDefault("AWS_ENDPOINT_URL", ""));
    return text.isBlank() ? List.of() : List.of(URI.create(text));
  }

  static @Nullable String caBundle(S3Config config, Map<String, String> environment) {
    if (config.client().caBundle() != null) {
      return config.client().caBundle();
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
