package io.s3dlio.storage.s3;

import io.s3dlio.storage.cloud.ServiceAddress;
import io.s3dlio.storage.cloud.UriText;
import io.s3dlio.storage.transport.Endpoint;
import java.net.URI;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a bucket is: in the host's name for AWS, in the path for every other endpoint, unless told
 * otherwise. Immutable.
 */
final class S3Addressing {
  private static final int HTTPS_PORT = 443;
  private static final Pattern BUCKET = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{1,62}");
  private static final Pattern DNS_BUCKET = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");
  private static final Pattern REGION = Pattern.compile("[a-z0-9-]{1,40}");
  private static final Pattern ACCESS_POINT =
      Pattern.compile("arn:aws[a-z-]*:s3:([a-z0-9-]+):(\\d{12}):accesspoint[:/]([a-z0-9-]{1,50})");

  private static final Pattern AWS_HOST =
      Pattern.compile("s3(?:[.-]([a-z0-9-]+))?\\.amazonaws\\.com(?:\\.cn)?");
  private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|.*:.*");

  /** The DNS suffix of a partition, by the beginning of its regions' names. */
  private static final Map<String, String> SUFFIXES =
      Map.of(
          "cn-", "amazonaws.com.cn",
          "us-isob-", "sc2s.sgov.gov",
          "us-isof-", "csp.hci.ic.gov",
          "us-iso-", "c2s.ic.gov",
          "eu-isoe-", "cloud.adc-e.uk",
          "eusc-", "amazonaws.eu");

  private final @Nullable Endpoint endpoint;
  private final String basePath;
  private final String region;
  private final Optional<Boolean> pathStyle;
  private final boolean dualStack;
  private final boolean fips;

  /**
   * An address.
   *
   * @param path the encoded path, from its slash on
   */
  record Target(Endpoint endpoint, String path) {}

  /**
   * @param endpoint the server; null for AWS's own
   * @param pathStyle whether the bucket stands in the path; empty for what suits the endpoint
   */
  S3Addressing(
      @Nullable URI endpoint,
      String region,
      Optional<Boolean> pathStyle,
      boolean dualStack,
      boolean fips) {
    if (!isRegion(region)) {
      throw new IllegalArgumentException(
          "Invalid region: '%s' (lower-case letters, digits and hyphens)".formatted(region));
    }
    if (endpoint != null && (dualStack || fips)) {
      throw new IllegalArgumentException(
          "Invalid configuration: dualStack and fips choose among AWS's endpoints, but endpoint is"
              + " set");
    }
    this.endpoint = endpoint == null ? null : parse(endpoint);
    this.basePath = endpoint == null ? "" : basePath(endpoint);
    this.region = region;
    this.pathStyle = pathStyle;
    this.dualStack = dualStack;
    this.fips = fips;
    if (this.endpoint != null
        && !pathStyle.orElse(true)
        && ADDRESS.matcher(this.endpoint.host()).matches()) {
      throw new IllegalArgumentException(
          ("Invalid configuration: pathStyle is false, but no bucket's name can stand before %s"
                  + " (leave pathStyle out, or name the host)")
              .formatted(this.endpoint.host()));
    }
  }

  /**
   * Returns the addresses of one store.
   *
   * @param endpoints its servers; empty for AWS's own. Of several, each has every bucket
   * @throws IllegalArgumentException if one is malformed, or several are not alike
   */
  static List<S3Addressing> of(
      List<URI> endpoints,
      String region,
      Optional<Boolean> pathStyle,
      boolean dualStack,
      boolean fips) {
    if (endpoints.isEmpty() || (endpoints.size() == 1 && awsRegion(endpoints.get(0)).isPresent())) {
      return List.of(new S3Addressing(null, region, pathStyle, dualStack, fips));
    }
    requireAlike(endpoints);
    return endpoints.stream()
        .map(endpoint -> new S3Addressing(endpoint, region, pathStyle, dualStack, fips))
        .toList();
  }

  private static void requireAlike(List<URI> endpoints) {
    Set<Endpoint> servers = new HashSet<>();
    URI first = endpoints.get(0);
    for (URI each : endpoints) {
      Endpoint server = parse(each);
      if (endpoints.size() > 1 && awsRegion(each).isPresent()) {
        throw new IllegalArgumentException(
            "Invalid endpoint: several are given, but %s is AWS's own, which needs no other"
                .formatted(server));
      }
      if (server.tls() != parse(first).tls()) {
        throw new IllegalArgumentException(
            "Invalid endpoint: several are given, some with http and some with https (they must be"
                + " alike)");
      }
      if (!basePath(each).equals(basePath(first))) {
        throw new IllegalArgumentException(
            "Invalid endpoint: several are given, with the paths '%s' and '%s' (they must be alike)"
                .formatted(basePath(first), basePath(each)));
      }
      if (!servers.add(server)) {
        throw new IllegalArgumentException("Invalid endpoint: %s is given twice".formatted(server));
      }
    }
  }

  /**
   * Returns the region of an endpoint that is AWS's own, written out: empty text for the one
   * without a region, nothing for another endpoint.
   */
  static Optional<String> awsRegion(URI endpoint) {
    Endpoint server = parse(endpoint);
    var host = AWS_HOST.matcher(server.host());
    boolean own =
        server.tls()
            && server.port() == HTTPS_PORT
            && basePath(endpoint).isEmpty()
            && host.matches();
    return own ? Optional.of(host.group(1) == null ? "" : host.group(1)) : Optional.empty();
  }

  /** Returns whether a text can be a region's name. */
  static boolean isRegion(String text) {
    return REGION.matcher(text).matches();
  }

  private static Endpoint parse(URI uri) {
    return address(uri).endpoint();
  }

  private static String basePath(URI uri) {
    return address(uri).basePath();
  }

  private static ServiceAddress address(URI uri) {
    return ServiceAddress.parse(uri, "http://host:port or https://host:port");
  }

  /** Returns this in another region, where the endpoint is AWS's own. */
  S3Addressing inRegion(String other) {
    if (endpoint != null) {
      throw new IllegalStateException("The endpoint was given: it has no other region");
    }
    return new S3Addressing(null, other, pathStyle, dualStack, fips);
  }

  /** Returns whether the endpoint is AWS's own. */
  boolean isAws() {
    return endpoint == null;
  }

  /** Returns whether the endpoint is Google's, which is not all that S3 is. */
  boolean isGoogle() {
    return endpoint != null && GoogleInterop.isHost(endpoint.host());
  }

  String region() {
    return region;
  }

  /** Returns the server, for people. */
  String server() {
    return (endpoint == null ? aws("s3") : endpoint).toString();
  }

  /**
   * Returns where an object is, or the bucket itself for the empty key.
   *
   * @throws IllegalArgumentException if the bucket's name is none, or of a kind that only the SDK
   *     can address
   */
  Target target(String bucket, String key) {
    requireOneRegion(bucket);
    if (bucket.startsWith("arn:")) {
      return accessPoint(bucket, key);
    }
    if (bucket.endsWith("--x-s3")) {
      throw new IllegalArgumentException(
          "Invalid bucket: '%s' is of S3 Express (set transport=sdk)".formatted(bucket));
    }
    if (!BUCKET.matcher(bucket).matches()) {
      throw new IllegalArgumentException("Invalid bucket: '%s'".formatted(bucket));
    }
    Endpoint server = endpoint == null ? aws("s3") : endpoint;
    return inPath(server, bucket)
        ? new Target(server, basePath + '/' + bucket + '/' + UriText.path(key))
        : new Target(
            server.withHost(bucket + '.' + server.host()), basePath + '/' + UriText.path(key));
  }

  /** Requests to several regions at once carry signatures that neither transport makes. */
  static void requireOneRegion(String bucket) {
    if (bucket.startsWith("arn:") && bucket.endsWith(".mrap")) {
      throw new IllegalArgumentException(
          ("Invalid bucket: '%s' is a multi-region access point (name the access point or the"
                  + " bucket of one region)")
              .formatted(bucket));
    }
  }

  private boolean inPath(Endpoint server, String bucket) {
    // A certificate's wildcard stands for one label, so that a dotted name matches none.
    boolean unfit =
        !DNS_BUCKET.matcher(bucket).matches() || (server.tls() && bucket.indexOf('.') >= 0);
    return pathStyle.orElse(endpoint != null || unfit);
  }

  private Endpoint aws(String service) {
    String suffix =
        SUFFIXES.entrySet().stream()
            .filter(entry -> region.startsWith(entry.getKey()))
            .map(Map.Entry::getValue)
            .findFirst()
            .orElse("amazonaws.com");
    String host =
        service + (fips ? "-fips." : ".") + (dualStack ? "dualstack." : "") + region + '.' + suffix;
    return new Endpoint(true, host, HTTPS_PORT);
  }

  private Target accessPoint(String arn, String key) {
    var match = ACCESS_POINT.matcher(arn);
    if (!match.matches()) {
      throw new IllegalArgumentException(
          "Invalid bucket: '%s' is no access point with a region (set transport=sdk)"
              .formatted(arn));
    }
    if (endpoint != null) {
      throw new IllegalArgumentException(
          "Invalid bucket: '%s' is an access point of AWS, but endpoint is set".formatted(arn));
    }
    if (!match.group(1).equals(region)) {
      throw new IllegalArgumentException(
          "Invalid bucket: '%s' is in region %s, not %s (set region)"
              .formatted(arn, match.group(1), region));
    }
    Endpoint server = aws("s3-accesspoint");
    String name = match.group(3) + '-' + match.group(2);
    return new Target(server.withHost(name + '.' + server.host()), '/' + UriText.path(key));
  }
}
