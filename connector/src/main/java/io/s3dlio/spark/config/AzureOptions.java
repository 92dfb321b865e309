package io.s3dlio.spark.config;

import io.s3dlio.storage.azure.AzureConfig;
import io.s3dlio.storage.azure.AzureCredentials;
import io.s3dlio.storage.azure.ConnectionString;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The options of {@code az://}. */
final class AzureOptions {
  private static final OptionKey<Optional<String>> ACCOUNT_NAME =
      text(
          "accountName",
          "name of a storage account",
          "The account of locations that name none, as `az://container@account/` does. Unset: the"
              + " environment's `AZURE_STORAGE_ACCOUNT`.");

  private static final OptionKey<Optional<String>> ACCOUNT_KEY =
      text(
              "accountAccessKey",
              "Base64",
              "The key of the account. Unset: the environment's `AZURE_STORAGE_KEY`, else its"
                  + " `AZURE_STORAGE_SAS_TOKEN`, else what `DefaultAzureCredential` of the Azure SDK"
                  + " finds, on each executor by itself.")
          .asSecret();

  private static final OptionKey<Optional<String>> SAS_TOKEN =
      text("sasToken", "sv=...&sig=...", "A shared access signature: the query of the signed URL.")
          .asSecret();

  private static final OptionKey<Optional<String>> CONNECTION_STRING =
      text(
              "secretConnectionString",
              "AccountName=...;AccountKey=...",
              "Account, key or signature, and endpoint in one, as Azure shows it. Unset: the"
                  + " environment's `AZURE_STORAGE_CONNECTION_STRING`, where no account is named.")
          .asSecret();

  private static final OptionKey<Optional<String>> TENANT_ID =
      text(
          "tenantId",
          "id of a tenant",
          "Of Entra ID, where the service principal of `clientId` and `clientSecret` is.");

  private static final OptionKey<Optional<String>> CLIENT_ID =
      text(
          "clientId",
          "id of a client",
          "The service principal, with `tenantId` and `clientSecret`; or without them the identity of"
              + " a machine or a workload that has several.");

  private static final OptionKey<Optional<String>> CLIENT_SECRET =
      text("clientSecret", "text", "The secret of the service principal.").asSecret();

  private static final List<OptionKey<?>> ALL =
      List.of(
          ACCOUNT_NAME,
          ACCOUNT_KEY,
          SAS_TOKEN,
          CONNECTION_STRING,
          TENANT_ID,
          CLIENT_ID,
          CLIENT_SECRET);

  private static final Set<OptionKey<?>> IDENTITY =
      Set.of(
          StoreOptions.ANONYMOUS,
          ACCOUNT_KEY,
          SAS_TOKEN,
          CONNECTION_STRING,
          TENANT_ID,
          CLIENT_ID,
          CLIENT_SECRET);

  private AzureOptions() {}

  static List<OptionKey<?>> all() {
    return ALL;
  }

  /** Returns the options that say whose the requests are. */
  static Set<OptionKey<?>> identity() {
    return IDENTITY;
  }

  /**
   * Returns what a store of Azure is opened with.
   *
   * @throws IllegalArgumentException if options exclude each other, or one lacks another
   */
  static AzureConfig config(ResolvedOptions options) {
    requireOneIdentity(options);
    AzureConfig config =
        AzureConfig.DEFAULT
            .withChecksum(
                options.value(StoreOptions.CHECKSUM).orElse(AzureConfig.DEFAULT.checksum()))
            .withClient(StoreOptions.client(options));
    Optional<String> connection = options.value(CONNECTION_STRING);
    if (connection.isPresent()) {
      return ConnectionString.apply(config, connection.get());
    }
    return config
        .withAccount(options.value(ACCOUNT_NAME).orElse(null))
        .withEndpoint(StoreOptions.endpoint(options, "az"))
        .withCredentials(credentials(options));
  }

  private static void requireOneIdentity(ResolvedOptions options) {
    List<String> given =
        Stream.of(ACCOUNT_KEY, SAS_TOKEN, CONNECTION_STRING, CLIENT_ID)
            .filter(key -> options.value(key).isPresent())
            .map(OptionKey::name)
            .toList();
    boolean anonymous = options.value(StoreOptions.ANONYMOUS);
    if (given.size() > 1 || (anonymous && !given.isEmpty())) {
      throw new IllegalArgumentException(
          "Invalid options: %s exclude each other"
              .formatted(String.join(" and ", given) + (anonymous ? " and anonymous" : "")));
    }
    if (options.value(CONNECTION_STRING).isPresent()
        && (options.value(ACCOUNT_NAME).isPresent()
            || options.value(StoreOptions.ENDPOINT).isPresent())) {
      throw new IllegalArgumentException(
          "Invalid options: secretConnectionString names the account and the endpoint, and accountName or"
              + " endpoint is given too");
    }
    boolean tenant = options.value(TENANT_ID).isPresent();
    boolean secret = options.value(CLIENT_SECRET).isPresent();
    if (tenant != secret || (secret && options.value(CLIENT_ID).isEmpty())) {
      throw new IllegalArgumentException(
          "Invalid options: tenantId, clientId and clientSecret go together, and one is missing");
    }
  }

  private static @Nullable AzureCredentials credentials(ResolvedOptions options) {
    if (options.value(StoreOptions.ANONYMOUS)) {
      return new AzureCredentials.Anonymous();
    }
    Optional<String> client = options.value(CLIENT_ID);
    if (client.isPresent()) {
      Optional<String> secret = options.value(CLIENT_SECRET);
      return secret.isPresent()
          ? new AzureCredentials.ServicePrincipal(
              options.value(TENANT_ID).orElseThrow(), client.get(), secret.get())
          : new AzureCredentials.Identity(client.get());
    }
    Optional<AzureCredentials> key =
        options.value(ACCOUNT_KEY).map(AzureCredentials.SharedKey::new);
    return key.or(() -> options.value(SAS_TOKEN).map(AzureCredentials.Sas::new)).orElse(null);
  }

  private static OptionKey<Optional<String>> text(String name, String type, String doc) {
    return OptionKeys.optional(name, Scope.CONNECTION, type, Function.identity(), doc);
  }
}
