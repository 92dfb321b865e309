package io.s3dlio.spark.config;

import io.s3dlio.storage.cloud.ClientConfig;
import io.s3dlio.storage.cloud.UploadChecksum;
import io.s3dlio.storage.cloud.VerifyRead;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The options that {@code s3://}, {@code az://} and {@code gs://} share. */
final class StoreOptions {
  static final OptionKey<Optional<List<URI>>> ENDPOINT =
      text(
          "endpoint",
          "http(s)://host[:port][/account], ...",
          text -> Arrays.stream(text.split(",", -1)).map(String::strip).map(URI::create).toList(),
          "The server, in place of the service's own; of `s3://` also several of one cluster with"
              + " commas between, which share the requests. Unset: the environment's"
              + " `AWS_ENDPOINT_URL_S3` or `AWS_ENDPOINT_URL` on `s3://` and `STORAGE_EMULATOR_HOST`"
              + " on `gs://`, else AWS, the account's own, Google.");

  static final OptionKey<Optional<String>> CA_BUNDLE =
      text(
          "caBundle",
          "file",
          Function.identity(),
          "A file of certificates in PEM, on every machine, that are trusted in place of the"
              + " platform's. Unset: on `s3://` the environment's `AWS_CA_BUNDLE`.");

  static final OptionKey<Boolean> ANONYMOUS =
      OptionKeys.flag(
          "anonymous",
          Scope.CONNECTION,
          false,
          "Whether requests go unsigned, as public buckets and containers allow.");

  static final OptionKey<Optional<UploadChecksum>> CHECKSUM =
      text(
          "checksum",
          OptionKeys.names(UploadChecksum.class),
          OptionKeys.parser(UploadChecksum.class),
          "What the server checks uploads by: on `s3://` and `gs://` `crc32c`, which it keeps with the"
              + " object, on `az://` `crc64`; `md5`, or `none`. Unset: `crc32c` or `crc64`.");

  static final OptionKey<VerifyRead> VERIFY_READ =
      OptionKeys.choice(
          "verifyRead",
          Scope.CONNECTION,
          VerifyRead.class,
          VerifyRead.NONE,
          "What reads of `s3://` and `gs://` are checked by beyond their length and version: `whole` compares objects that"
              + " are read in one request with the CRC32C that the server keeps, if it does. `all`"
              + " compares every object that one task reads whole, in however many ranges, chunks and"
              + " attempts, which takes a HEAD more where it took several requests. What it cannot"
              + " compare is read all the same, and counted by the scan's metric of unverified"
              + " objects: those of which a task reads some chunks alone, and those without a CRC32C"
              + " of their whole, as another sum or one of an upload's parts leaves them.");

  static final OptionKey<Integer> MAX_CONNECTIONS =
      OptionKeys.integer(
          "maxConnections",
          Scope.CONNECTION,
          ClientConfig.DEFAULT.maxConnections(),
          1,
          10_000,
          "Connections of one JVM to the server, or to each of several, at most.");

  static final OptionKey<Integer> MAX_ATTEMPTS =
      OptionKeys.integer(
          "maxAttempts",
          Scope.CONNECTION,
          ClientConfig.DEFAULT.maxAttempts(),
          1,
          100,
          "How often an operation other than a read is tried.");

  static final OptionKey<Duration> CONNECT_TIMEOUT =
      timeout(
          "connectTimeout",
          ClientConfig.DEFAULT.connectTimeout(),
          "How long it may take to look a server up, to connect, and to agree on TLS, each.");

  static final OptionKey<Duration> FIRST_BYTE_TIMEOUT =
      timeout(
          "firstByteTimeout",
          ClientConfig.DEFAULT.firstByteTimeout(),
          "How long the first byte of an answer may take. With `transport=sdk` the same as"
              + " `stallTimeout`.");

  static final OptionKey<Duration> STALL_TIMEOUT =
      timeout(
          "stallTimeout",
          ClientConfig.DEFAULT.stallTimeout(),
          "How long the bytes of a request or of an answer may stand still.");

  static final OptionKey<Duration> REQUEST_TIMEOUT =
      timeout(
          "requestTimeout",
          ClientConfig.DEFAULT.requestTimeout(),
          "How long a whole request may take. That of a read ends with `range.timeout` too.");

  static final OptionKey<Integer> PARTS_IN_FLIGHT =
      OptionKeys.integer(
          "partsInFlight",
          Scope.CONNECTION,
          ClientConfig.DEFAULT.partsInFlight(),
          1,
          64,
          "Parts of one upload that are sent at once, at most.");

  private static final List<OptionKey<?>> ALL =
      List.of(
          ENDPOINT,
          CA_BUNDLE,
          ANONYMOUS,
          CHECKSUM,
          VERIFY_READ,
          MAX_CONNECTIONS,
          MAX_ATTEMPTS,
          CONNECT_TIMEOUT,
          FIRST_BYTE_TIMEOUT,
          STALL_TIMEOUT,
          REQUEST_TIMEOUT,
          PARTS_IN_FLIGHT);

  private StoreOptions() {}

  static List<OptionKey<?>> all() {
    return ALL;
  }

  /** Returns the services for which an option means something. */
  static List<String> schemes(OptionKey<?> key) {
    return key == VERIFY_READ ? List.of("s3", "gs") : List.of("s3", "az", "gs");
  }

  /** Returns how a service is treated. */
  static ClientConfig client(ResolvedOptions options) {
    return ClientConfig.DEFAULT
        .withMaxConnections(options.value(MAX_CONNECTIONS))
        .withMaxAttempts(options.value(MAX_ATTEMPTS))
        .withPartsInFlight(options.value(PARTS_IN_FLIGHT))
        .withConnectTimeout(options.value(CONNECT_TIMEOUT))
        .withFirstByteTimeout(options.value(FIRST_BYTE_TIMEOUT))
        .withStallTimeout(options.value(STALL_TIMEOUT))
        .withRequestTimeout(options.value(REQUEST_TIMEOUT))
        .withCaBundle(options.value(CA_BUNDLE).orElse(null));
  }

  /**
   * Returns the endpoint of a service that has one.
   *
   * @throws IllegalArgumentException if several are given
   */
  static @Nullable URI endpoint(ResolvedOptions options, String scheme) {
    List<URI> endpoints = options.value(ENDPOINT).orElse(List.of());
    if (endpoints.size() > 1) {
      throw new IllegalArgumentException(
          "Invalid endpoint: there are %d, and %s:// has one".formatted(endpoints.size(), scheme));
    }
    return endpoints.isEmpty() ? null : endpoints.get(0);
  }

  private static OptionKey<Duration> timeout(String name, Duration value, String doc) {
    return new OptionKey<>(
        name,
        Scope.CONNECTION,
        "time, 1ms to 1d",
        value.toSeconds() + "s",
        doc,
        text -> Sizes.parseDurationWithin(text, Duration.ofMillis(1), Duration.ofDays(1)),
        Optional.empty());
  }

  private static <T> OptionKey<Optional<T>> text(
      String name, String type, Function<String, T> parser, String doc) {
    return OptionKeys.optional(name, Scope.CONNECTION, type, parser, doc);
  }
}
