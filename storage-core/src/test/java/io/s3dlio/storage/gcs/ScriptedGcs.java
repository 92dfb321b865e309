package io.s3dlio.storage.gcs;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectWriter;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.WriterOptions;
import io.s3dlio.storage.cloud.ClientConfig;
import io.s3dlio.storage.cloud.ScriptedServer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A server that speaks the JSON API of Google Cloud Storage, from a script. */
abstract class ScriptedGcs extends ScriptedServer {
  static final Location OBJECT = new Location("gs", "bucket", "dir/object");
  static final WriterOptions NOT_REPLACING = WriterOptions.DEFAULT.withReplaceExisting(false);
  static final WriterOptions OVER_17 = WriterOptions.DEFAULT.withIfMatch("17");
  static final String NO_CONTENT = "HTTP/1.1 204 x\r\n\r\n";
  static final String TOKEN = "very-secret";
  static final String SESSION = "uploadType=resumable&upload_id=secret-session";
  static final String ENDED = body(499, "", "");

  private static final Pattern UPLOAD_ID = Pattern.compile("\"s3dlio-upload\":\"([^\"]+)\"");

  ObjectStore open(Script script) throws IOException {
    return open(script, config -> config);
  }

  ObjectStore open(Script script, UnaryOperator<GcsConfig> more) throws IOException {
    GcsConfig config =
        GcsConfig.DEFAULT
            .withEndpoint(serve(script))
            .withCredentials(new GcsCredentials.AccessToken(TOKEN))
            .withClient(ClientConfig.DEFAULT.withPartSize(5 << 20));
    return GcsStores.open(more.apply(config));
  }

  static String error(int status, String reason) {
    return error(status, reason, "told");
  }

  static String error(int status, String reason, String message) {
    return body(
        status,
        """
        {"error": {"code": %d, "message": "%s",
         "errors": [{"domain": "global", "reason": "%s", "message": "%s"}]}}"""
            .formatted(status, message, reason, message),
        "X-GUploader-UploadID: R1\r\n");
  }

  static String body(int status, String body, String fields) {
    return "HTTP/1.1 %d x\r\n%sContent-Length: %d\r\n\r\n%s"
        .formatted(status, fields, body.length(), body);
  }

  /** Returns an object's resource, with further fields that begin with a comma. */
  static String object(long size, long generation, String more) {
    return """
    {"kind": "storage#object", "name": "dir/object", "size": "%d", "generation": "%d",
     "updated": "2026-01-02T03:04:05.678Z", "acl": [{"entity": {"a": ["b"]}}]%s}"""
        .formatted(size, generation, more);
  }

  static String found(long size, long generation) {
    return body(200, object(size, generation, ""), "");
  }

  static String marked(String id) {
    return ", \"metadata\": {\"other\": [1], \"s3dlio-upload\": \"%s\"}".formatted(id);
  }

  static String range(String range, long generation, String body, int length) {
    return "HTTP/1.1 206 x\r\nContent-Range: bytes %s\r\nX-Goog-Generation: %d\r\n"
            .formatted(range, generation)
        + "ETag: \"irrelevant\"\r\nContent-Length: %d\r\n\r\n%s".formatted(length, body);
  }

  /** Returns that the session has so many bytes; none for 0. */
  static String resume(long bytes) {
    return body(308, "", bytes == 0 ? "" : "Range: bytes=0-" + (bytes - 1) + "\r\n");
  }

  static String session() {
    return body(200, "", "Location: https://elsewhere.example/upload/x?" + SESSION + "\r\n");
  }

  static boolean isBegin(String head) {
    return head.startsWith("POST") && head.contains("uploadType=resumable");
  }

  static ReadRequest read(int offset, ByteBuffer target) {
    return new ReadRequest(OBJECT, "17", offset, target);
  }

  /** Of an object in two parts, the last of which is no whole unit. */
  static final int LENGTH = (5 << 20) + 100_000;

  /** Writes zeros in two parts. */
  static ObjectInfo upload(ObjectStore store, WriterOptions options) throws IOException {
    return upload(store, options, LENGTH);
  }

  static ObjectInfo upload(ObjectStore store, WriterOptions options, int length)
      throws IOException {
    try (ObjectWriter writer = store.createWriter(OBJECT, options)) {
      writer.write(ByteBuffer.allocateDirect(length));
      return writer.complete();
    }
  }

  /** Returns what the sessions' requests said of their bytes. */
  List<String> ranges() {
    List<String> ranges = new ArrayList<>();
    for (String head : List.copyOf(heads)) {
      if (head.startsWith("PUT")) {
        ranges.add(field(head, "Content-Range"));
      }
    }
    return ranges;
  }

  /** Returns the mark of the last upload whose body came. */
  String uploadId() {
    String id = "";
    for (String body : List.copyOf(servers.get(0).bodies())) {
      Matcher found = UPLOAD_ID.matcher(body);
      id = found.find() ? found.group(1) : id;
    }
    return id;
  }

  static String field(String head, String name) {
    Matcher line =
        Pattern.compile("^" + Pattern.quote(name) + ": (.*)$", Pattern.MULTILINE)
            .matcher(head.replace("\r", ""));
    return line.find() ? line.group(1) : "";
  }
}
