package io.s3dlio.storage.gcs;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.cloud.CloudRequest;
import io.s3dlio.storage.cloud.UriText;
import io.s3dlio.storage.cloud.WriteCondition;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.regex.Pattern;

/** Requests of the JSON API, which are told apart by what they ask. */
final class GcsRequests {
  /** What answers tell of objects: all that is looked at. */
  static final String FIELDS = "name,size,updated,generation,crc32c,md5Hash,metadata";

  private static final String UPLOAD = "uploadType=";
  private static final String SESSION = "upload_id=";
  private static final Pattern GENERATION = Pattern.compile("[1-9][0-9]{0,18}");

  private GcsRequests() {}

  /** Returns a request for what is known of an object. */
  static CloudRequest stat(String operation, Location location) {
    return CloudRequest.of(operation, location, "GET", "fields=" + encoded(FIELDS), List.of());
  }

  /** Returns a request that uploads, or begins to. */
  static CloudRequest upload(
      Location location,
      String type,
      String condition,
      List<String> fields,
      List<ByteBuffer> body) {
    String query = UPLOAD + type + "&fields=" + encoded(FIELDS) + condition;
    return new CloudRequest("put", location, "POST", "", query, fields, body);
  }

  /** Returns a request to several objects at once. */
  static CloudRequest batch(Location first, List<String> fields, ByteBuffer body) {
    return new CloudRequest("delete", first, "POST", "", "", fields, List.of(body));
  }

  static String encoded(String fields) {
    return UriText.parameter(fields);
  }

  /** Returns whether it is sent to where uploads are. */
  static boolean isUpload(CloudRequest request) {
    return request.query().startsWith(UPLOAD);
  }

  /** Returns whether it is about an upload that has begun. */
  static boolean isSession(CloudRequest request) {
    return isUpload(request) && request.query().contains(SESSION);
  }

  static boolean isBatch(CloudRequest request) {
    return request.method().equals("POST") && request.query().isEmpty();
  }

  /** Returns whether a text can be the generation of an object. */
  static boolean isGeneration(String etag) {
    return GENERATION.matcher(etag).matches();
  }

  /**
   * Returns the parameter of a write's condition, with its ampersand; empty for none.
   *
   * @throws StorageException if no object can meet it
   */
  static String parameter(WriteCondition condition, Location location) throws StorageException {
    if (condition.isFree()) {
      return "&ifGenerationMatch=0";
    }
    if (!condition.isOfVersion()) {
      return "";
    }
    if (!isGeneration(condition.etag())) {
      throw condition.refusal(location, GcsFailures.noGeneration(location, condition.etag()));
    }
    return "&ifGenerationMatch=" + condition.etag();
  }
}
