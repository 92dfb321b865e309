package io.s3dlio.storage.gcs;

import io.s3dlio.storage.cloud.CloudRequest;
import io.s3dlio.storage.cloud.ServiceAddress;
import io.s3dlio.storage.cloud.UriText;
import io.s3dlio.storage.transport.Endpoint;
import java.net.URI;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Where the JSON API has what requests are about. Immutable. */
final class GcsAddressing {
  private static final int HTTPS_PORT = 443;
  private static final String API = "/storage/v1/b/";

  /** By "About Cloud Storage buckets", of which dotted names are the long ones. */
  private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]");

  private static final Pattern LOOPBACK = Pattern.compile("127(\\.\\d{1,3}){3}");

  private final Endpoint endpoint;
  private final String basePath;

  /**
   * @param given the server; null for Google's own
   */
  GcsAddressing(@Nullable URI given) {
    if (given == null) {
      endpoint = new Endpoint(true, "storage.googleapis.com", HTTPS_PORT);
      basePath = "";
    } else {
      ServiceAddress address = ServiceAddress.parse(given, "http(s)://host[:port]");
      endpoint = address.endpoint();
      basePath = address.basePath();
    }
  }

  Endpoint endpoint() {
    return endpoint;
  }

  /** Returns whether the server is Google's, so that it may see whose requests they are. */
  boolean isGoogle() {
    return endpoint.tls() && endpoint.host().endsWith(".googleapis.com");
  }

  /** Returns whether nobody can listen on the way to the server. */
  boolean isPrivate() {
    String host = endpoint.host();
    return endpoint.tls()
        || host.equals("localhost")
        || host.equals("::1")
        || LOOPBACK.matcher(host).matches();
  }

  /**
   * Returns the encoded path of what a request is about.
   *
   * @throws IllegalArgumentException if no bucket can have such a name
   */
  String path(CloudRequest request) {
    String bucket = request.location().container();
    if (!BUCKET.matcher(bucket).matches()) {
      throw new IllegalArgumentException(
          "'%s' is no bucket's name (3 to 222 lower-case letters, digits, dots, hyphens and"
                  .formatted(bucket)
              + " underscores)");
    }
    if (GcsRequests.isUpload(request)) {
      return basePath + "/upload" + API + bucket + "/o";
    }
    if (GcsRequests.isBatch(request)) {
      return basePath + "/batch/storage/v1";
    }
    String objects = basePath + API + bucket + "/o";
    return request.key().isEmpty() ? objects : objects + '/' + UriText.parameter(request.key());
  }

  /** Returns the encoded path of an object, below whatever the endpoint's own path is. */
  static String pathInBatch(String bucket, String key) {
    return API + bucket + "/o/" + UriText.parameter(key);
  }
}
