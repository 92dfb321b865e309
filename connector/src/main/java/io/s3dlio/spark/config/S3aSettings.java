package io.s3dlio.spark.config;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;

/**
 * The settings of Hadoop's S3A that people already have, as our options say them. A bucket's own,
 * {@code fs.s3a.bucket.NAME.*}, win, and secrets may lie with a credential provider (JCEKS). What
 * Hadoop itself has for a default does not count.
 */
final class S3aSettings {
  private static final String PREFIX = "fs.s3a.";
  private static final String PROVIDER_PATH = "security.credential.provider.path";
  private static final String HADOOP_PROVIDER_PATH = "hadoop.security.credential.provider.path";
  private static final String PROVIDERS = "aws.credentials.provider";

  /** Settings that are one of our options, written in the same way. */
  private static final Map<String, String> SAME =
      Map.of(
          "path.style.access", "pathStyle",
          "connection.maximum", "maxConnections",
          "requester.pays.enabled", "requesterPays",
          "endpoint.fips", "fips");

  /** Settings that change what is read or written, and that we cannot do. */
  private static final Set<String> REFUSED =
      Set.of(
          "assumed.role.policy",
          "assumed.role.sts.endpoint",
          "custom.signers",
          "signing-algorithm",
          "delegation.token.binding");

  /** Names of providers by their last part, whichever package or version they come from. */
  private static final Set<String> KEY_PROVIDERS =
      Set.of("SimpleAWSCredentialsProvider", "TemporaryAWSCredentialsProvider");

  private static final Set<String> CHAIN_PROVIDERS =
      Set.of(
          "EnvironmentVariableCredentialsProvider",
          "SystemPropertyCredentialsProvider",
          "SystemPropertiesCredentialsProvider",
          "ProfileCredentialsProvider",
          "ProfileAWSCredentialsProvider",
          "WebIdentityTokenCredentialsProvider",
          "WebIdentityTokenFileCredentialsProvider",
          "ContainerCredentialsProvider",
          "EC2ContainerCredentialsProviderWrapper",
          "InstanceProfileCredentialsProvider",
          "IAMInstanceCredentialsProvider",
          "DefaultCredentialsProvider",
          "DefaultAWSCredentialsProviderChain");

  private static final Set<String> ANONYMOUS_PROVIDERS =
      Set.of("AnonymousAWSCredentialsProvider", "AnonymousCredentialsProvider");
  private static final String ROLE_PROVIDER = "AssumedRoleCredentialProvider";

  private final Configuration settings;
  private final String bucket;

  private S3aSettings(Configuration settings, String bucket) {
    this.settings = settings;
    this.bucket = bucket;
  }

  /**
   * Returns the options that the settings of a bucket amount to, by name.
   *
   * @throws IllegalArgumentException if a setting is malformed or asks for what we cannot do; the
   *     message names it and holds no secret
   */
  static Map<String, String> options(Configuration hadoop, String bucket) {
    return new S3aSettings(ofBucket(hadoop, bucket), bucket).options();
  }

  private static Configuration ofBucket(Configuration hadoop, String bucket) {
    Configuration settings = new Configuration(hadoop);
    String own = PREFIX + "bucket." + bucket + '.';
    for (Map.Entry<String, String> setting : hadoop) {
      if (setting.getKey().startsWith(own)) {
        settings.set(PREFIX + setting.getKey().substring(own.length()), setting.getValue());
      }
    }
    String providers = settings.getTrimmed(PREFIX + PROVIDER_PATH, "");
    if (!providers.isEmpty()) {
      String more = settings.getTrimmed(HADOOP_PROVIDER_PATH, "");
      settings.set(HADOOP_PROVIDER_PATH, more.isEmpty() ? providers : providers + ',' + more);
    }
    return settings;
  }

  private Map<String, String> options() {
    for (String name : REFUSED) {
      text(name)
          .ifPresent(
              value -> {
                throw refused(name, "it means nothing here; unset it for this bucket");
              });
    }
    Map<String, String> options = new LinkedHashMap<>();
    SAME.forEach((name, option) -> text(name).ifPresent(value -> options.put(option, value)));
    endpoint().ifPresent(value -> options.put("endpoint", value));
    region().ifPresent(value -> options.put("region", value));
    text("attempts.maximum").ifPresent(value -> options.put("maxAttempts", attempts(value)));
    text("create.storage.class")
        .ifPresent(value -> options.put("storageClass", value.toUpperCase(Locale.ROOT)));
    text("checksum.validation").ifPresent(value -> options.put("verifyRead", verifyRead(value)));
    text("acl.default").ifPresent(value -> options.put("acl", acl(value)));
    encryption(options);
    credentials(options);
    return options;
  }

  // ---- where

  private Optional<String> endpoint() {
    return text("endpoint")
        .filter(value -> !value.equals("s3.amazonaws.com") && !value.equals("central"))
        .map(value -> value.contains("://") ? value : scheme() + "://" + value);
  }

  private String scheme() {
    return settings.getBoolean(PREFIX + "connection.ssl.enabled", true) ? "https" : "http";
  }

  private Optional<String> region() {
    Optional<String> region = text("endpoint.region").filter(value -> !value.equals("sdk"));
    if (region.isPresent() && region.get().equals("ec2")) {
      throw refused("endpoint.region", "'ec2' is not known here; name the region");
    }
    return region;
  }

  /** S3A counts what comes after the first attempt. */
  private static String attempts(String retries) {
    try {
      return String.valueOf(Math.min(100, Math.addExact(Integer.parseInt(retries), 1)));
    } catch (NumberFormatException | ArithmeticException e) {
      throw refused("attempts.maximum", "'" + retries + "' is no number");
    }
  }

  /** S3A has the SDK compare what is got whole. */
  private static String verifyRead(String validation) {
    return switch (validation.toLowerCase(Locale.ROOT)) {
      case "true" -> "whole";
      case "false" -> "none";
      default -> throw refused("checksum.validation", "'" + validation + "' is not true or false");
    };
  }

  // ---- how objects are made

  /** S3A writes {@code BucketOwnerFullControl} for what S3 calls bucket-owner-full-control. */
  private static String acl(String name) {
    return name.replaceAll("(?<=[a-z])(?=[A-Z])", "-").toLowerCase(Locale.ROOT);
  }

  private void encryption(Map<String, String> options) {
    Optional<String> algorithm =
        text("encryption.algorithm").or(() -> text("server-side-encryption-algorithm"));
    if (algorithm.isEmpty()) {
      return;
    }
    String sse =
        switch (algorithm.get().toUpperCase(Locale.ROOT)) {
          case "AES256", "SSE-S3" -> "AES256";
          case "SSE-KMS" -> "aws:kms";
          case "DSSE-KMS" -> "aws:kms:dsse";
          default ->
              throw refused(
                  "encryption.algorithm",
                  "'%s' is not known here; AES256, SSE-KMS and DSSE-KMS are"
                      .formatted(algorithm.get()));
        };
    options.put("sse", sse);
    if (!sse.equals("AES256")) {
      secret("encryption.key")
          .or(() -> secret("server-side-encryption.key"))
          .ifPresent(key -> options.put("sseKmsKeyId", key));
    }
  }

  // ---- who

  private void credentials(Map<String, String> options) {
    List<String> providers =
        text(PROVIDERS).map(S3aSettings::names).orElse(List.copyOf(KEY_PROVIDERS));
    if (providers.contains(ROLE_PROVIDER)) {
      role(options);
      providers =
          text("assumed.role.credentials.provider")
              .map(S3aSettings::names)
              .orElse(List.copyOf(KEY_PROVIDERS));
    }
    boolean keys = false;
    if (providers.stream().anyMatch(KEY_PROVIDERS::contains)) {
      keys = keys(options);
    }
    if (!keys && providers.stream().anyMatch(ANONYMOUS_PROVIDERS::contains)) {
      options.put("anonymous", "true");
    }
  }

  private static List<String> names(String providers) {
    List<String> names =
        Arrays.stream(providers.split("[,\\s]+"))
            .filter(name -> !name.isEmpty())
            .map(name -> name.substring(name.lastIndexOf('.') + 1))
            .toList();
    for (String name : names) {
      boolean known =
          KEY_PROVIDERS.contains(name)
              || CHAIN_PROVIDERS.contains(name)
              || ANONYMOUS_PROVIDERS.contains(name)
              || name.equals(ROLE_PROVIDER);
      if (!known) {
        throw refused(
            PROVIDERS,
            "'%s' is not known here; give accessKeyId and secretAccessKey, or let the AWS SDK's"
                    .formatted(name)
                + " default chain find keys");
      }
    }
    return names;
  }

  private boolean keys(Map<String, String> options) {
    Optional<String> id = secret("access.key");
    Optional<String> key = secret("secret.key");
    if (id.isEmpty() || key.isEmpty()) {
      return false;
    }
    options.put("accessKeyId", id.get());
    options.put("secretAccessKey", key.get());
    secret("session.token").ifPresent(token -> options.put("sessionToken", token));
    return true;
  }

  private void role(Map<String, String> options) {
    options.put(
        "assumedRoleArn",
        text("assumed.role.arn")
            .orElseThrow(
                () -> refused(PROVIDERS, "it is a role's, but assumed.role.arn is unset")));
    text("assumed.role.session.name")
        .ifPresent(name -> options.put("assumedRoleSessionName", name));
    secret("assumed.role.external.id").ifPresent(id -> options.put("assumedRoleExternalId", id));
  }

  // ---- settings

  private Optional<String> text(String name) {
    return HadoopSettings.text(settings, PREFIX + name);
  }

  private Optional<String> secret(String name) {
    return HadoopSettings.secret(settings, PREFIX + "bucket." + bucket + '.' + name)
        .or(() -> HadoopSettings.secret(settings, PREFIX + name));
  }

  private static IllegalArgumentException refused(String name, String reason) {
    return HadoopSettings.refused(PREFIX + name, reason);
  }
}
