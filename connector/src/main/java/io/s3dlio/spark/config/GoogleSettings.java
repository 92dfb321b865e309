package io.s3dlio.spark.config;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;

/**
 * The settings of Google's connector for Hadoop that people already have, as our options say them:
 * {@code fs.gs.*}, and {@code google.cloud.*}, which it reads where the former are not set.
 */
final class GoogleSettings {
  private static final String AUTH_TYPE = "auth.type";
  private static final String KEY_FILE = "auth.service.account.json.keyfile";

  private static final Pattern GOOGLES =
      Pattern.compile("https://[a-z0-9.-]+\\.googleapis\\.com(?:[:/].*)?");

  private final Configuration settings;

  private GoogleSettings(Configuration settings) {
    this.settings = settings;
  }

  /**
   * Returns the options that the settings amount to, by name.
   *
   * @throws IllegalArgumentException if a setting asks for what we cannot do; the message names it
   */
  static Map<String, String> options(Configuration hadoop) {
    return new GoogleSettings(hadoop).options();
  }

  private Map<String, String> options() {
    Map<String, String> options = new LinkedHashMap<>();
    HadoopSettings.text(settings, "fs.gs.storage.root.url")
        .ifPresent(url -> options.put("endpoint", url));
    if (!HadoopSettings.text(settings, "fs.gs.requester.pays.mode")
        .orElse("DISABLED")
        .equalsIgnoreCase("DISABLED")) {
      HadoopSettings.text(settings, "fs.gs.requester.pays.project.id")
          .ifPresent(project -> options.put("userProject", project));
    }
    credentials(options);
    return options;
  }

  private void credentials(Map<String, String> options) {
    Optional<String> file = text(KEY_FILE);
    String type = text(AUTH_TYPE).orElse(file.isPresent() ? "SERVICE_ACCOUNT_JSON_KEYFILE" : "");
    switch (type.toUpperCase(Locale.ROOT)) {
      case "" -> {
        // What is found without an option, and nobody at an emulator.
      }
      case "APPLICATION_DEFAULT", "COMPUTE_ENGINE" ->
          requireGoogles(type, options.getOrDefault("endpoint", ""));
      case "SERVICE_ACCOUNT_JSON_KEYFILE", "WORKLOAD_IDENTITY_FEDERATION_CREDENTIAL_CONFIG_FILE" ->
          options.put(
              "serviceAccountFile",
              file.or(() -> text("auth.workload.identity.federation.credential.config.file"))
                  .orElseThrow(
                      () ->
                          HadoopSettings.refused(
                              "fs.gs." + AUTH_TYPE, "it is " + type + ", but no file is set")));
      case "UNAUTHENTICATED" -> options.put("anonymous", "true");
      default ->
          throw HadoopSettings.refused(
              "fs.gs." + AUTH_TYPE,
              "'%s' is not known here; give serviceAccountFile or accessToken, or let Google's"
                      .formatted(type)
                  + " application default credentials be found");
    }
  }

  /** What is found there is shown to nobody else, so that requests would go without. */
  private static void requireGoogles(String type, String endpoint) {
    if (!endpoint.isEmpty() && !GOOGLES.matcher(endpoint).matches()) {
      throw HadoopSettings.refused(
          "fs.gs." + AUTH_TYPE,
          "it is "
              + type
              + ", whose tokens go to https://*.googleapis.com alone, and fs.gs.storage.root.url is"
              + " another; give serviceAccountFile, accessToken or anonymous");
    }
  }

  private Optional<String> text(String name) {
    return HadoopSettings.text(settings, "fs.gs." + name)
        .or(() -> HadoopSettings.text(settings, "google.cloud." + name));
  }
}
