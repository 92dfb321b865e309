package io.s3dlio.storage.azure;

import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.cloud.UploadThreads;
import io.s3dlio.storage.transport.HttpTransport;
import io.s3dlio.storage.transport.ProxyRules;
import io.s3dlio.storage.transport.TransportConfig;
import java.io.IOException;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Opens stores of Azure. Stores of one configuration share their connections, their keys and their
 * limits, in the whole JVM: a task's store costs nothing to open.
 */
public final class AzureStores {
  private static final Map<AzureConfig, Opened> STORES = new ConcurrentHashMap<>();

  /** A store and what ends the connections and threads that it uses. */
  record Opened(ObjectStore store, Runnable end) {}

  private AzureStores() {}

  /**
   * Returns the store of a configuration.
   *
   * @throws IllegalArgumentException if the endpoint is malformed, or nothing names the account
   */
  public static ObjectStore open(AzureConfig config) {
    return STORES.computeIfAbsent(config, missing -> create(missing, System.getenv())).store();
  }

  /** Ends the connections and threads of all stores and forgets the stores. */
  public static void closeAll() {
    for (AzureConfig config : List.copyOf(STORES.keySet())) {
      Opened opened = STORES.remove(config);
      if (opened != null) {
        opened.end().run();
      }
    }
  }

  static Opened create(AzureConfig given, Map<String, String> environment) {
    AzureConfig config = withEnvironment(given, environment);
    String account = config.account();
    if (account == null && config.endpoint() == null) {
      throw new IllegalArgumentException(
          "Invalid configuration: nothing names the storage account (set the option account, or the"
              + " environment's AZURE_STORAGE_ACCOUNT)");
    }
    AzureAddressing addressing =
        new AzureAddressing(config.endpoint(), account == null ? "" : account);
    HttpTransport transport =
        new HttpTransport(
            TransportConfig.DEFAULT
                .withMaxConnections(config.maxConnections())
                .withCaBundle(config.caBundle())
                .withProxies(ProxyRules.of(environment))
                .withTimeouts(
                    config.connectTimeout(),
                    config.firstByteTimeout(),
                    config.stallTimeout(),
                    config.requestTimeout()));
    AzureClient.Authorization authorization = authorization(config.credentials());
    UploadThreads threads = new UploadThreads(config.maxConnections());
    AzureClient client = new AzureClient(transport, addressing, authorization, config);
    return new Opened(
        new AzureStore(client, config, threads),
        () -> {
          threads.close();
          transport.close();
          authorization.close();
        });
  }

  /** Makes a container unless it is there; for tests. */
  static void createContainer(AzureConfig config, String name) throws IOException {
    Opened opened = STORES.computeIfAbsent(config, missing -> create(missing, System.getenv()));
    ((AzureStore) opened.store()).createContainer(name);
  }

  private static AzureClient.Authorization authorization(@Nullable AzureCredentials credentials) {
    if (credentials instanceof AzureCredentials.SharedKey key) {
      SharedKeySigner signer = new SharedKeySigner(key);
      return (method, path, query, fields, length) -> {
        String value = signer.authorization(method, path, query, fields, length);
        fields.add("Authorization");
        fields.add(value);
        return query;
      };
    }
    if (credentials instanceof AzureCredentials.Sas sas) {
      return (method, path, query, fields, length) ->
          query.isEmpty() ? sas.token() : query + '&' + sas.token();
    }
    return (method, path, query, fields, length) -> query;
  }

  /** What the configuration does not say, as the Azure CLI's variables do. */
  static AzureConfig withEnvironment(AzureConfig config, Map<String, String> environment) {
    AzureConfig.Builder builder = config.toBuilder();
    String connection = environment.getOrDefault("AZURE_STORAGE_CONNECTION_STRING", "");
    if (config.credentials() == null && config.account() == null && !connection.isBlank()) {
      return ofConnectionString(builder, connection);
    }
    String account =
        config.account() == null
            ? environment.getOrDefault("AZURE_STORAGE_ACCOUNT", "")
            : config.account();
    builder.account(account.isBlank() ? null : account);
    if (config.credentials() == null) {
      String key = environment.getOrDefault("AZURE_STORAGE_KEY", "");
      String sas = environment.getOrDefault("AZURE_STORAGE_SAS_TOKEN", "");
      builder.credentials(
          !key.isBlank()
              ? new AzureCredentials.SharedKey(account, key)
              : !sas.isBlank() ? new AzureCredentials.Sas(sas) : new AzureCredentials.Identity());
    }
    return builder.build();
  }

  /** Reads {@code AccountName=...;AccountKey=...;BlobEndpoint=...}. */
  static AzureConfig ofConnectionString(AzureConfig.Builder builder, String text) {
    Map<String, String> values = new HashMap<>();
    for (String part : text.split(";")) {
      int equals = part.indexOf('=');
      if (equals > 0) {
        values.put(part.substring(0, equals).strip(), part.substring(equals + 1).strip());
      }
    }
    String account = values.getOrDefault("AccountName", "");
    String key = values.getOrDefault("AccountKey", "");
    String sas = values.getOrDefault("SharedAccessSignature", "");
    String endpoint = values.getOrDefault("BlobEndpoint", "");
    if (endpoint.isEmpty() && !account.isEmpty()) {
      endpoint =
          "%s://%s.blob.%s"
              .formatted(
                  values.getOrDefault("DefaultEndpointsProtocol", "https"),
                  account,
                  values.getOrDefault("EndpointSuffix", "core.windows.net"));
    }
    if (endpoint.isEmpty() || (key.isEmpty() && sas.isEmpty())) {
      throw new IllegalArgumentException(
          "Invalid connection string: it has no account or endpoint, or neither AccountKey nor"
              + " SharedAccessSignature");
    }
    return builder
        .account(account.isEmpty() ? null : account)
        .endpoint(URI.create(endpoint))
        .credentials(
            key.isEmpty()
                ? new AzureCredentials.Sas(sas)
                : new AzureCredentials.SharedKey(account, key))
        .build();
  }
}
