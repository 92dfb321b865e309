package io.s3dlio.storage.cloud;

import io.s3dlio.storage.Location;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * A request that has no address and no signature yet.
 *
 * @param operation the verb of its failures
 * @param location what its failures name; its container is the bucket
 * @param method of HTTP
 * @param key the object, or empty for the bucket
 * @param query encoded; empty for none
 * @param fields header fields as name, value, name, value
 * @param body what is sent, from position to limit
 */
public record CloudRequest(
    String operation,
    Location location,
    String method,
    String key,
    String query,
    List<String> fields,
    List<ByteBuffer> body) {

  /** Returns a request of an object, without a body. */
  public static CloudRequest of(
      String operation, Location location, String method, String query, List<String> fields) {
    return new CloudRequest(operation, location, method, location.key(), query, fields, List.of());
  }

  public CloudRequest withBody(ByteBuffer content) {
    return new CloudRequest(operation, location, method, key, query, fields, List.of(content));
  }
}
