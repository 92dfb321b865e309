package io.s3dlio.storage.azure;

import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.cloud.OpenStores;
import io.s3dlio.storage.cloud.OpenStores.Opened;
import io.s3dlio.storage.cloud.UploadThreads;
import io.s3dlio.storage.transport.Endpoint;
import io.s3dlio.storage.transport.HttpTransport;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Opens stores of Azure. Stores of one configuration share their connections, their keys and their
 * limits, in the whole JVM: a task's store costs nothing to open.
 */
public final class AzureStores {
  private static final OpenStores<AzureConfig> STORES =
      new OpenStores<>(config -> create(config, System.getenv()));

  private static final Pattern LOOPBACK = Pattern.compile("localhost|127\\.[0-9.]+|::1");

  private AzureStores() {}

  /**
   * Returns the store of a configuration.
   *
   * @throws IllegalArgumentException if the endpoint is malformed, or nothing names the account
   */
  public static ObjectStore open(AzureConfig config) {
    return STORES.open(config);
  }

  /** Ends the connections and threads of all stores and forgets the stores. */
  public static void closeAll() {
    STORES.closeAll();
  }

  static Opened create(AzureConfig given, Map<String, String> environment) {
    return create(given, environment, identity -> SdkIdentity.of(identity));
  }

  /**
   * @param identities gives tokens of credentials that are neither a key nor a signature, once one
   *     is needed
   */
  static Opened create(
      AzureConfig given,
      Map<String, String> environment,
      Function<AzureCredentials, AccessTokens.Source> identities) {
    AzureConfig config = withEnvironment(given, environment);
    String account = account(config);
    if (account.isEmpty()) {
      throw new IllegalArgumentException(
          "Invalid configuration: nothing names the storage account (set the option accountName, or the"
              + " environment's AZURE_STORAGE_ACCOUNT)");
    }
    AzureAddressing addressing = new AzureAddressing(config.endpoint(), account);
    HttpTransport transport = config.client().openTransport(environment);
    AzureClient.Authorization authorization =
        authorization(config.credentials(), account, addressing.endpoint(), identities);
    UploadThreads threads = new UploadThreads(config.client().maxConnections());
    AzureClient client = new AzureClient(transport, addressing, authorization, config);
    return new Opened(
        new AzureStore(client, config, threads),
        () -> {
          threads.close();
          transport.close();
        });
  }

  /** An endpoint has it in its host's name, or at an emulator's in its path. */
  private static String account(AzureConfig config) {
    URI endpoint = config.endpoint();
    if (config.account() != null || endpoint == null) {
      return config.account() == null ? "" : config.account();
    }
    String path = endpoint.getPath() == null ? "" : endpoint.getPath().replaceAll("^/+|/+$", "");
    String host = endpoint.getHost() == null ? "" : endpoint.getHost();
    return path.isEmpty() ? host.replaceFirst("\\..*", "") : path;
  }

  /**
   * Makes a container unless it is there.
   *
   * @throws io.s3dlio.storage.StorageException if that fails
   */
  public static void createContainer(AzureConfig config, String name) throws IOException {
    ((AzureStore) STORES.open(config)).createContainer(name);
  }

  private static AzureClient.Authorization authorization(
      @Nullable AzureCredentials credentials,
      String account,
      Endpoint endpoint,
      Function<AzureCredentials, AccessTokens.Source> identities) {
    if (credentials instanceof AzureCredentials.SharedKey key) {
      SharedKeySigner signer = new SharedKeySigner(account, key);
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
    if (credentials instanceof AzureCredentials.Anonymous) {
      return (method, path, query, fields, length) -> query;
    }
    AzureCredentials identity =
        credentials == null ? new AzureCredentials.Identity(null) : credentials;
    return identity(AccessTokens.lazily(() -> identities.apply(identity)), endpoint);
  }

  /** A token is worth as much to whoever reads it on its way. */
  static AccessTokens identity(AccessTokens.Source source, Endpoint endpoint) {
    if (!endpoint.tls() && !LOOPBACK.matcher(endpoint.host()).matches()) {
      throw new IllegalArgumentException(
          "Invalid endpoint: http, over which no identity's token is sent (write https, or give"
              + " accountAccessKey or sasToken)");
    }
    return new AccessTokens(source, Clock.systemUTC());
  }

  /** What the configuration does not say, as the Azure CLI's variables do. */
  static AzureConfig withEnvironment(AzureConfig config, Map<String, String> environment) {
    String connection = environment.getOrDefault("AZURE_STORAGE_CONNECTION_STRING", "");
    if (config.credentials() == null && config.account() == null && !connection.isBlank()) {
      AzureConfig connected = ConnectionString.apply(config, connection);
      return config.endpoint() == null ? connected : connected.withEndpoint(config.endpoint());
    }
    String named = environment.getOrDefault("AZURE_STORAGE_ACCOUNT", "");
    String account =
        config.account() == null && !named.isBlank() ? named.strip() : config.account();
    AzureConfig known = config.withAccount(account);
    return known.credentials() == null
        ? known.withCredentials(credentials(account, named.strip(), environment))
        : known;
  }

  /** Keys in the environment are those of the account that it names, if it names one. */
  private static AzureCredentials credentials(
      @Nullable String account, String named, Map<String, String> environment) {
    String key = environment.getOrDefault("AZURE_STORAGE_KEY", "");
    String sas = environment.getOrDefault("AZURE_STORAGE_SAS_TOKEN", "");
    boolean ofAccount = named.isEmpty() || named.equals(account);
    if (ofAccount && !key.isBlank()) {
      return new AzureCredentials.SharedKey(key.strip());
    }
    return ofAccount && !sas.isBlank()
        ? new AzureCredentials.Sas(sas.strip())
        : new AzureCredentials.Identity(null);
  }
}
