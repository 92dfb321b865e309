package io.s3dlio.storage.s3;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectWriter;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.WriterOptions;
import io.s3dlio.storage.transport.HttpStub;
import io.s3dlio.testing.NoLeaks;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests of what a store makes of answers that no healthy server gives, each from a script. */
@Timeout(120)
@ExtendWith(NoLeaks.class)
abstract class ScriptedS3 {
  static final Location OBJECT = new Location("s3", "bucket", "dir/object");
  static final WriterOptions NOT_REPLACING = WriterOptions.DEFAULT.withReplaceExisting(false);
  static final String TIMES =
      "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\nDate: Sun, 06 Nov 1994 08:50:00 GMT\r\n";
  static final String NO_CONTENT = "HTTP/1.1 204 x\r\n\r\n";

  final List<String> heads = Collections.synchronizedList(new ArrayList<>());
  final AtomicInteger count = new AtomicInteger();
  final List<HttpStub> servers = new ArrayList<>();

  /** Answers the n-th request, counting from 0, on whichever connection. */
  @FunctionalInterface
  interface Script {
    String answer(int number, String head);
  }

  ObjectStore open(Script script) throws IOException {
    return open(script, config -> config);
  }

  ObjectStore open(Script script, UnaryOperator<S3Config.Builder> more) throws IOException {
    HttpStub server =
        new HttpStub(
            (connection, request, head) -> {
              heads.add(head);
              String answer = script.answer(count.getAndIncrement(), head);
              boolean waits = head.contains("Expect: 100-continue");
              return waits ? "HTTP/1.1 100 Continue\r\n\r\n" + answer : answer;
            });
    servers.add(server);
    S3Config.Builder config =
        S3Config.builder()
            .endpoint(URI.create(server.endpoint().toString()))
            .region("eu-test-1")
            .credentials(new S3Credentials("id", "very-secret", ""))
            .partSize(5 << 20);
    return S3Stores.open(more.apply(config).build());
  }

  @AfterEach
  void stop() throws IOException {
    for (HttpStub server : servers) {
      server.close();
    }
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

  static ByteBuffer direct(String text) {
    return ByteBuffer.allocateDirect(text.length()).put(text.getBytes(ISO_8859_1)).flip();
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

  static boolean await(CountDownLatch latch) {
    try {
      return latch.await(60, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
