package io.s3dlio.spark.config;

import io.s3dlio.storage.gcs.GcsConfig;
import io.s3dlio.storage.gcs.GcsCredentials;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The options of {@code gs://}. */
final class GcsOptions {
  private static final OptionKey<Optional<String>> SERVICE_ACCOUNT_FILE =
      text(
          "serviceAccountFile",
          "file",
          "The JSON of a service account or of a workload's identity, on every machine. Unset:"
              + " Google's application default credentials, on each executor by itself, and none at"
              + " an emulator.");

  private static final OptionKey<Optional<String>> ACCESS_TOKEN =
      text("accessToken", "text", "A token that is used until it expires.").asSecret();

  private static final OptionKey<Optional<String>> USER_PROJECT =
      text(
          "userProject",
          "id of a project",
          "The project that is billed for requests, as some buckets demand.");

  private static final List<OptionKey<?>> ALL =
      List.of(SERVICE_ACCOUNT_FILE, ACCESS_TOKEN, USER_PROJECT);

  private static final Set<OptionKey<?>> IDENTITY =
      Set.of(StoreOptions.ANONYMOUS, SERVICE_ACCOUNT_FILE, ACCESS_TOKEN);

  private GcsOptions() {}

  static List<OptionKey<?>> all() {
    return ALL;
  }

  /** Returns the options that say whose the requests are. */
  static Set<OptionKey<?>> identity() {
    return IDENTITY;
  }

  /**
   * Returns what a store of Google's is opened with.
   *
   * @throws IllegalArgumentException if options exclude each other
   */
  static GcsConfig config(ResolvedOptions options) {
    return GcsConfig.DEFAULT
        .withEndpoint(StoreOptions.endpoint(options, "gs"))
        .withCredentials(credentials(options))
        .withUserProject(options.value(USER_PROJECT).orElse(null))
        .withChecksum(options.value(StoreOptions.CHECKSUM).orElse(GcsConfig.DEFAULT.checksum()))
        .withVerifyRead(options.value(StoreOptions.VERIFY_READ))
        .withClient(StoreOptions.client(options));
  }

  private static @Nullable GcsCredentials credentials(ResolvedOptions options) {
    Optional<String> file = options.value(SERVICE_ACCOUNT_FILE);
    Optional<String> token = options.value(ACCESS_TOKEN);
    boolean anonymous = options.value(StoreOptions.ANONYMOUS);
    if ((file.isPresent() && token.isPresent())
        || (anonymous && (file.isPresent() || token.isPresent()))) {
      throw new IllegalArgumentException(
          "Invalid options: serviceAccountFile, accessToken and anonymous exclude each other");
    }
    if (anonymous) {
      return new GcsCredentials.Anonymous();
    }
    Optional<GcsCredentials> account = file.map(GcsCredentials.ServiceAccount::new);
    return account.or(() -> token.map(GcsCredentials.AccessToken::new)).orElse(null);
  }

  private static OptionKey<Optional<String>> text(String name, String type, String doc) {
    return OptionKeys.optional(name, Scope.CONNECTION, type, Function.identity(), doc);
  }
}
