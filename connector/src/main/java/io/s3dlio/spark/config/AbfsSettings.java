package io.s3dlio.spark.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;

/**
 * The settings of Hadoop's ABFS, and of its older WASB, that people already have, as our options
 * say them. An account's own, {@code fs.azure.account.key.ACCOUNT.dfs.core.windows.net}, win.
 */
final class AbfsSettings {
  private static final String AUTH_TYPE = "fs.azure.account.auth.type";
  private static final String PROVIDER = "fs.azure.account.oauth.provider.type";
  private static final String CLIENT_ID = "fs.azure.account.oauth2.client.id";
  private static final String CLIENT_SECRET = "fs.azure.account.oauth2.client.secret";
  private static final String CLIENT_ENDPOINT = "fs.azure.account.oauth2.client.endpoint";
  private static final String SAS = "fs.azure.sas.fixed.token";
  private static final String KEY = "fs.azure.account.key";

  /** {@code https://login.microsoftonline.com/TENANT/oauth2/token}, of either version. */
  private static final Pattern TENANT =
      Pattern.compile("https://login\\.(?:microsoftonline\\.com|windows\\.net)/([^/]+)/oauth2/.*");

  private final Configuration settings;
  private final String container;
  private final List<String> hosts;

  private AbfsSettings(Configuration settings, String container, List<String> hosts) {
    this.settings = settings;
    this.container = container;
    this.hosts = hosts;
  }

  /**
   * Returns the options that the settings amount to, by name.
   *
   * @param container with its account, as in a location; without one, no account's own settings are
   *     known
   * @throws IllegalArgumentException if a setting asks for what we cannot do; the message names it
   *     and holds no secret
   */
  static Map<String, String> options(Configuration hadoop, String container) {
    int at = container.indexOf('@');
    return at < 0
        ? new AbfsSettings(hadoop, container, List.of()).options()
        : new AbfsSettings(hadoop, container.substring(0, at), hosts(container.substring(at + 1)))
            .options();
  }

  /** An account's settings are named by either of its hosts. */
  private static List<String> hosts(String account) {
    String host = account.indexOf('.') < 0 ? account + ".blob.core.windows.net" : account;
    return List.of(host.replaceFirst("\\.blob\\.", ".dfs."), host);
  }

  private Map<String, String> options() {
    Map<String, String> options = new LinkedHashMap<>();
    String type = first(AUTH_TYPE, HadoopSettings::text).orElse("SharedKey");
    switch (type.toLowerCase(Locale.ROOT)) {
      case "sharedkey" -> keyOrSas(options);
      case "sas" ->
          options.put(
              "sasToken",
              sas()
                  .orElseThrow(
                      () ->
                          HadoopSettings.refused(
                              AUTH_TYPE, "it is SAS, but " + SAS + " is unset")));
      case "oauth" -> oauth(options);
      default ->
          throw HadoopSettings.refused(
              AUTH_TYPE, "'%s' is not known here; SharedKey, SAS and OAuth are".formatted(type));
    }
    return options;
  }

  /** WASB has no types: it takes what there is. */
  private void keyOrSas(Map<String, String> options) {
    Optional<String> key = first(KEY, HadoopSettings::secret);
    if (key.isPresent()) {
      options.put("accountAccessKey", key.get());
    } else {
      sas().ifPresent(token -> options.put("sasToken", token));
    }
  }

  private Optional<String> sas() {
    for (String host : hosts) {
      Optional<String> own =
          HadoopSettings.secret(settings, SAS + '.' + container + '.' + host)
              .or(() -> HadoopSettings.secret(settings, "fs.azure.sas." + container + '.' + host));
      if (own.isPresent()) {
        return own;
      }
    }
    return first(SAS, HadoopSettings::secret);
  }

  private void oauth(Map<String, String> options) {
    String provider =
        first(PROVIDER, HadoopSettings::text)
            .map(name -> name.substring(name.lastIndexOf('.') + 1))
            .orElseThrow(() -> HadoopSettings.refused(PROVIDER, "it is unset"));
    switch (provider) {
      case "ClientCredsTokenProvider" -> {
        options.put("tenantId", tenant());
        options.put("clientId", needed(CLIENT_ID));
        options.put("clientSecret", needed(CLIENT_SECRET));
      }
      case "MsiTokenProvider", "WorkloadIdentityTokenProvider" ->
          first(CLIENT_ID, HadoopSettings::secret).ifPresent(id -> options.put("clientId", id));
      default ->
          throw HadoopSettings.refused(
              PROVIDER,
              "'%s' is not known here; give accountAccessKey, sasToken, or clientId with clientSecret and"
                      .formatted(provider)
                  + " tenantId, or let the Azure SDK's default chain find an identity");
    }
  }

  private String tenant() {
    Matcher matcher = TENANT.matcher(needed(CLIENT_ENDPOINT));
    if (!matcher.matches()) {
      throw HadoopSettings.refused(
          CLIENT_ENDPOINT,
          "it is not of the form https://login.microsoftonline.com/TENANT/oauth2/token (for another"
              + " cloud set tenantId, clientId and clientSecret, and the environment's"
              + " AZURE_AUTHORITY_HOST)");
    }
    return matcher.group(1);
  }

  private String needed(String name) {
    return first(name, HadoopSettings::secret)
        .orElseThrow(() -> HadoopSettings.refused(name, "it is unset"));
  }

  private Optional<String> first(
      String name, BiFunction<Configuration, String, Optional<String>> get) {
    for (String host : hosts) {
      Optional<String> own = get.apply(settings, name + '.' + host);
      if (own.isPresent()) {
        return own;
      }
    }
    return get.apply(settings, name);
  }
}
