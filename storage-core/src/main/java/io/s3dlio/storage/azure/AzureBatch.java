package io.s3dlio.storage.azure;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.cloud.BatchDelete;
import io.s3dlio.storage.transport.HttpResponse;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The bodies of "Blob Batch" of the REST API reference: requests within a request. */
final class AzureBatch {
  static final int MOST = 256;

  private static final Pattern BOUNDARY =
      Pattern.compile("boundary=\"?([^\";]+)\"?", Pattern.CASE_INSENSITIVE);
  private static final Pattern CONTENT_ID =
      Pattern.compile("^Content-ID:\\s*(\\d+)\\s*$", Pattern.CASE_INSENSITIVE | Pattern.MULTILINE);
  private static final Pattern STATUS =
      Pattern.compile("^HTTP/1\\.[01] (\\d{3})", Pattern.MULTILINE);
  private static final Pattern CODE =
      Pattern.compile("^x-ms-error-code:\\s*(\\S+)", Pattern.CASE_INSENSITIVE | Pattern.MULTILINE);

  private final String boundary = "batch_" + UUID.randomUUID();
  private final StringBuilder body = new StringBuilder(512 * 16);
  private int requests;

  String contentType() {
    return "multipart/mixed; boundary=" + boundary;
  }

  /**
   * Adds a request without a body.
   *
   * @param target path and query, encoded
   * @param fields name, value, name, value
   */
  void add(String method, String target, List<String> fields) {
    body.append("--").append(boundary).append("\r\n");
    body.append("Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n");
    body.append("Content-ID: ").append(requests++).append("\r\n\r\n");
    body.append(method).append(' ').append(target).append(" HTTP/1.1\r\n");
    for (int i = 0; i < fields.size(); i += 2) {
      body.append(fields.get(i)).append(": ").append(fields.get(i + 1)).append("\r\n");
    }
    body.append("Content-Length: 0\r\n\r\n");
  }

  byte[] bytes() {
    return (body + "--" + boundary + "--\r\n").getBytes(UTF_8);
  }

  /**
   * Reads the answer to deletes.
   *
   * @throws IOException if it is none
   */
  static BatchDelete.Told told(HttpResponse answer, List<Location> asked) throws IOException {
    String type = answer.headers().first("Content-Type").orElse("");
    Matcher boundary = BOUNDARY.matcher(type);
    if (!boundary.find()) {
      throw new IOException("the answer is no multipart document");
    }
    byte[] bytes = new byte[answer.body().remaining()];
    answer.body().get(answer.body().position(), bytes);
    Set<Location> deleted = new HashSet<>();
    Map<Location, StorageException> failed = new HashMap<>();
    for (String part : new String(bytes, UTF_8).split(Pattern.quote("--" + boundary.group(1)))) {
      Matcher status = STATUS.matcher(part);
      Matcher id = CONTENT_ID.matcher(part);
      if (status.find() && id.find()) {
        tell(part, Integer.parseInt(status.group(1)), id.group(1), asked, deleted, failed);
      }
    }
    return new BatchDelete.Told(deleted, failed);
  }

  private static void tell(
      String part,
      int status,
      String id,
      List<Location> asked,
      Set<Location> deleted,
      Map<Location, StorageException> failed)
      throws IOException {
    int index = id.length() > 3 ? asked.size() : Integer.parseInt(id);
    if (index >= asked.size()) {
      throw new IOException("the answer is about a request that was not made");
    }
    Location location = asked.get(index);
    Matcher code = CODE.matcher(part);
    String told = code.find() ? code.group(1) : "";
    if (AzureFailures.isUnauthenticated(status, told)) {
      // A delete by itself knows what to do about that.
      return;
    }
    StorageException failure = AzureFailures.ofDelete(location, status, told);
    if (status < 300 || AzureFailures.isAbsent(failure)) {
      deleted.add(location);
    } else {
      failed.put(location, failure);
    }
  }
}
