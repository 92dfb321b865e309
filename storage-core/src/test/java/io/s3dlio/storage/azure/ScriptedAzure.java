package io.s3dlio.storage.azure;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectWriter;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.WriterOptions;
import io.s3dlio.storage.cloud.ClientConfig;
import io.s3dlio.storage.cloud.ScriptedServer;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A server that speaks as Azure Blob Storage does, from a script. */
abstract class ScriptedAzure extends ScriptedServer {
  static final Location OBJECT = new Location("az", "bucket", "dir/object");
  static final WriterOptions NOT_REPLACING = WriterOptions.DEFAULT.withReplaceExisting(false);
  static final WriterOptions OVER_E1 = WriterOptions.DEFAULT.withIfMatch("e1");
  static final String KEY = "dmVyeS1zZWNyZXQ=";
  static final String TIMES =
      "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\nDate: Sun, 06 Nov 1994 08:50:00 GMT\r\n";
  static final String CREATED = body(201, "", TIMES + "ETag: \"e9\"\r\n");

  ObjectStore open(Script script) throws IOException {
    return open(script, config -> config);
  }

  ObjectStore open(Script script, UnaryOperator<AzureConfig> more) throws IOException {
    AzureConfig config =
        AzureConfig.DEFAULT
            .withEndpoint(URI.create(serve(script) + "/account"))
            .withCredentials(new AzureCredentials.SharedKey(KEY))
            .withClient(ClientConfig.DEFAULT.withPartSize(5 << 20));
    return AzureStores.open(more.apply(config));
  }

  static String error(int status, String code) {
    return error(status, code, TIMES);
  }

  /** As Azure answers, with its byte order mark. */
  static String error(int status, String code, String fields) {
    return body(
        status,
        "\u00ef\u00bb\u00bf<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>"
            + code
            + "</Code><Message>told\nRequestId:1\nTime:2</Message></Error>",
        fields + "x-ms-error-code: " + code + "\r\n");
  }

  /** As a HEAD is answered: without a body. */
  static String headError(int status, String code) {
    return body(status, "", TIMES + "x-ms-error-code: " + code + "\r\n");
  }

  static String body(int status, String body, String fields) {
    return "HTTP/1.1 "
        + status
        + " x\r\n"
        + fields
        + "x-ms-request-id: R1\r\nContent-Length: "
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

  static String range(String range, String etag, String body) {
    return body(
        206, body, "Content-Range: bytes " + range + "\r\nETag: \"" + etag + "\"\r\n" + TIMES);
  }

  static ReadRequest read(int offset, ByteBuffer target) {
    return new ReadRequest(OBJECT, "e1", offset, target);
  }

  static boolean isBlock(String head) {
    return head.startsWith("PUT") && head.contains("comp=block&");
  }

  static boolean isCommit(String head) {
    return head.startsWith("PUT") && head.contains("comp=blocklist");
  }

  /** Writes 6 MiB in two blocks. */
  static ObjectInfo upload(ObjectStore store, WriterOptions options) throws IOException {
    try (ObjectWriter writer = store.createWriter(OBJECT, options)) {
      writer.write(ByteBuffer.allocateDirect(6 << 20));
      return writer.complete();
    }
  }

  /** Returns the value of a field of a request; empty if it has none. */
  static String field(String head, String name) {
    Matcher line =
        Pattern.compile(
                "^" + Pattern.quote(name) + ": (.*)$", Pattern.MULTILINE | Pattern.CASE_INSENSITIVE)
            .matcher(head.replace("\r", ""));
    return line.find() ? line.group(1) : "";
  }
}
