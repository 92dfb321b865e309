package io.s3dlio.storage.gcs;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.cloud.BatchDelete;
import io.s3dlio.storage.transport.HttpResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Deletes within one request, by "Batch requests" of the JSON API. */
final class GcsBatch {
  /** How many objects one request takes. */
  static final int MOST = 100;

  private static final Pattern BOUNDARY =
      Pattern.compile("boundary=\"?([^\";]+)\"?", Pattern.CASE_INSENSITIVE);
  private static final Pattern CONTENT_ID =
      Pattern.compile(
          "^Content-ID:\\s*<response-s3dlio\\+(\\d{1,3})>\\s*$",
          Pattern.CASE_INSENSITIVE | Pattern.MULTILINE);
  private static final Pattern STATUS =
      Pattern.compile("^HTTP/1\\.[01] (\\d{3})", Pattern.MULTILINE);
  private static final int MULTIPLE_CHOICES = 300;
  private static final int NOT_FOUND = 404;

  private final String boundary = "s3dlio_" + UUID.randomUUID();
  private final StringBuilder body = new StringBuilder(256 * MOST);
  private int requests;

  String contentType() {
    return "multipart/mixed; boundary=" + boundary;
  }

  /**
   * Adds a delete.
   *
   * @param query encoded; empty for none
   */
  void add(Location location, String query) {
    body.append("--").append(boundary).append("\r\n");
    body.append("Content-Type: application/http\r\n");
    body.append("Content-ID: <s3dlio+").append(requests++).append(">\r\n\r\n");
    body.append("DELETE ").append(GcsAddressing.pathInBatch(location.container(), location.key()));
    if (!query.isEmpty()) {
      body.append('?').append(query);
    }
    body.append(" HTTP/1.1\r\n\r\n\r\n");
  }

  ByteBuffer bytes() {
    return ByteBuffer.wrap((body + "--" + boundary + "--\r\n").getBytes(UTF_8));
  }

  /**
   * Reads the answer.
   *
   * @throws IOException if it is none
   */
  static BatchDelete.Told told(HttpResponse answer, List<Location> asked) throws IOException {
    Matcher boundary = BOUNDARY.matcher(answer.headers().first("Content-Type").orElse(""));
    if (!boundary.find()) {
      throw new IOException("the answer is no multipart document");
    }
    byte[] bytes = new byte[answer.body().remaining()];
    answer.body().get(answer.body().position(), bytes);
    Set<Location> deleted = new HashSet<>();
    Map<Location, StorageException> failed = new HashMap<>();
    for (String part : new String(bytes, UTF_8).split(Pattern.quote("--" + boundary.group(1)))) {
      Matcher id = CONTENT_ID.matcher(part);
      Matcher status = STATUS.matcher(part);
      if (id.find() && status.find()) {
        int index = Integer.parseInt(id.group(1));
        if (index >= asked.size()) {
          throw new IOException("the answer is about a request that was not made");
        }
        tell(part, Integer.parseInt(status.group(1)), asked.get(index), deleted, failed);
      }
    }
    return new BatchDelete.Told(deleted, failed);
  }

  private static void tell(
      String part,
      int status,
      Location location,
      Set<Location> deleted,
      Map<Location, StorageException> failed) {
    int begin = part.indexOf('{');
    GcsJson.ErrorAnswer error =
        begin < 0
            ? GcsJson.ErrorAnswer.NONE
            : GcsJson.error(ByteBuffer.wrap(part.substring(begin).getBytes(UTF_8)));
    boolean isGone = status == NOT_FOUND && !GcsFailures.isBucketMissing(error);
    if (status < MULTIPLE_CHOICES || isGone) {
      deleted.add(location);
    } else {
      failed.put(location, GcsFailures.ofDelete(location, status, error));
    }
  }
}
