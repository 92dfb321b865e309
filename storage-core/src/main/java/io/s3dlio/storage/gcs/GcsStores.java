package io.s3dlio.storage.gcs;

import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.cloud.OpenStores;
import io.s3dlio.storage.cloud.UploadThreads;
import io.s3dlio.storage.transport.HttpTransport;
import java.net.URI;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Opens stores of Google's. Stores of one configuration share their connections, their keys and
 * their limits, in the whole JVM: a task's store costs nothing to open.
 */
public final class GcsStores {
  private static final OpenStores<GcsConfig> STORES =
      new OpenStores<>(config -> create(config, System.getenv()));

  private GcsStores() {}

  /**
   * Returns the store of a configuration.
   *
   * @throws IllegalArgumentException if the endpoint is malformed, or is no place for a token
   */
  public static ObjectStore open(GcsConfig config) {
    return STORES.open(config);
  }

  /** Ends the connections and threads of all stores and forgets the stores. */
  public static void closeAll() {
    STORES.closeAll();
  }

  static OpenStores.Opened create(GcsConfig config, Map<String, String> environment) {
    GcsAddressing addressing = new GcsAddressing(endpoint(config, environment));
    HttpTransport transport = config.client().openTransport(environment);
    GcsClient client =
        new GcsClient(
            transport, addressing, authorization(config.credentials(), addressing), config);
    UploadThreads threads = new UploadThreads(config.client().maxConnections());
    return new OpenStores.Opened(
        new GcsStore(client, config, threads),
        () -> {
          threads.close();
          transport.close();
        });
  }

  /** The environment's is written with a scheme or without, as Google's own clients take it. */
  static @Nullable URI endpoint(GcsConfig config, Map<String, String> environment) {
    String emulator = environment.getOrDefault("STORAGE_EMULATOR_HOST", "").strip();
    if (config.endpoint() != null || emulator.isEmpty()) {
      return config.endpoint();
    }
    return URI.create(emulator.contains("://") ? emulator : "http://" + emulator);
  }

  /**
   * A token that nobody named is shown to nobody but Google.
   *
   * @throws IllegalArgumentException if others could read it on its way
   */
  private static Authorization authorization(
      @Nullable GcsCredentials credentials, GcsAddressing addressing) {
    boolean unnamed = credentials == null && addressing.isGoogle();
    if ((credentials == null && !unnamed) || credentials instanceof GcsCredentials.Anonymous) {
      return Authorization.ANONYMOUS;
    }
    if (!addressing.isPrivate()) {
      throw new IllegalArgumentException(
          "Invalid endpoint: %s (tokens are sent over https, or to this machine)"
              .formatted(addressing.endpoint()));
    }
    if (credentials instanceof GcsCredentials.AccessToken token) {
      return Authorization.of(token);
    }
    return credentials instanceof GcsCredentials.ServiceAccount account
        ? GoogleTokens.ofFile(account.file())
        : GoogleTokens.ofEnvironment();
  }
}
