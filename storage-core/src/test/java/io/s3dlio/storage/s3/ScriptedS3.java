package io.s3dlio.storage.s3;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectWriter;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.WriterOptions;
import io.s3dlio.storage.cloud.ScriptedServer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.UnaryOperator;

/** A server that speaks S3, from a script. */
abstract class ScriptedS3 extends ScriptedServer {
  static final Location OBJECT = new Location("s3", "bucket", "dir/object");
  static final WriterOptions NOT_REPLACING = WriterOptions.DEFAULT.withReplaceExisting(false);
  static final String TIMES =
      "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\nDate: Sun, 06 Nov 1994 08:50:00 GMT\r\n";
  static final String NO_CONTENT = "HTTP/1.1 204 x\r\n\r\n";

  ObjectStore open(Script script) throws IOException {
    return open(script, config -> config);
  }

  ObjectStore open(Script script, UnaryOperator<S3Config.Builder> more) throws IOException {
    S3Config.Builder config =
        S3Config.builder()
            .endpoint(serve(script))
            .region("eu-test-1")
            .credentials(new S3Credentials("id", "very-secret", ""))
            .partSize(5 << 20);
    return S3Stores.open(more.apply(config).build());
  }

  static String error(int status, String code) {
    return error(status, code, TIMES);
  }

  static String error(int status, String code, String fields) {
    return body(status, "<Error><Code>" + code + "</Code><Message>told</Message></Error>", fields);
  }

  static String body(int status, String body, String fields) {
    return "HTTP/1.1 "
        + status
        + " x\r\n"
        + fields
        + "x-amz-request-id: R1\r\nContent-Length: "
        + body.length()
        + "\r\n\r\n"
        + body;
  }

  static String head(long length, String etag, String more) {
    return "HTTP/1.1 200 x\r\n"
        + TIMES
        + more
        + "ETag: \""
        + etag
        + "\"\r\nContent-Length: "
        + length
        + "\r\n\r\n";
  }

  static String range(String range, String etag, String body, int length) {
    return "HTTP/1.1 206 x\r\nContent-Range: bytes "
        + range
        + "\r\nETag: \""
        + etag
        + "\"\r\nContent-Length: "
        + length
        + "\r\n\r\n"
        + body;
  }

  static ReadRequest read(int offset, ByteBuffer target) {
    return new ReadRequest(OBJECT, "e1", offset, target);
  }

  static String uploading(int n, String head, String completed) {
    if (head.startsWith("POST") && head.contains("?uploads")) {
      return body(
          200,
          "<InitiateMultipartUploadResult><UploadId>u/1</UploadId></InitiateMultipartUploadResult>",
          TIMES);
    }
    if (head.startsWith("PUT")) {
      return body(200, "", "ETag: \"part\"\r\n");
    }
    return head.startsWith("DELETE") ? NO_CONTENT : completed;
  }

  static ObjectInfo upload(ObjectStore store) throws IOException {
    return upload(store, WriterOptions.DEFAULT);
  }

  static ObjectInfo upload(ObjectStore store, WriterOptions options) throws IOException {
    try (ObjectWriter writer = store.createWriter(OBJECT, options)) {
      writer.write(ByteBuffer.allocateDirect(6 << 20));
      return writer.complete();
    }
  }
}
