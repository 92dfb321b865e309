package io.s3dlio.spark;

import io.s3dlio.testing.S3Server;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Function;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.S3Object;

/** A server of S3, looked at by the AWS SDK. */
public final class S3Cloud extends Cloud {
  private final S3Server server;

  public S3Cloud(S3Server server) {
    super("s3", server.endpoint());
    this.server = server;
  }

  /** A client an operation, since none may live longer than a test. */
  private <T> T ask(Function<S3Client, T> operation) {
    try (S3Client client = server.client()) {
      return operation.apply(client);
    }
  }

  @Override
  public Map<String, String> options(URI relay) {
    return Map.of(
        "endpoint", at(relay),
        "accessKeyId", server.accessKeyId(),
        "secretAccessKey", server.secretAccessKey());
  }

  @Override
  public Map<String, String> environment() {
    return Map.of(
        "AWS_ENDPOINT_URL", endpoint().toString(),
        "AWS_REGION", "us-east-1",
        "AWS_ACCESS_KEY_ID", server.accessKeyId(),
        "AWS_SECRET_ACCESS_KEY", server.secretAccessKey());
  }

  @Override
  public Map<String, String> hadoop() {
    return Map.of(
        "fs.s3a.endpoint", endpoint().toString(),
        "fs.s3a.access.key", server.accessKeyId(),
        "fs.s3a.secret.key", server.secretAccessKey());
  }

  @Override
  public String hadoopUri(String container, String key) {
    return "s3a://%s/%s".formatted(container, key);
  }

  @Override
  public String secret() {
    return server.secretAccessKey();
  }

  @Override
  public String secretOption() {
    return "secretAccessKey";
  }

  @Override
  public void create(String name) {
    ask(client -> client.createBucket(create -> create.bucket(name)));
  }

  @Override
  public void put(String container, String key, byte[] content) {
    ask(
        client ->
            client.putObject(
                put -> put.bucket(container).key(key), RequestBody.fromBytes(content)));
  }

  @Override
  public byte[] get(String container, String key) {
    return ask(
        client -> client.getObjectAsBytes(get -> get.bucket(container).key(key)).asByteArray());
  }

  @Override
  public void delete(String container, String key) {
    ask(client -> client.deleteObject(delete -> delete.bucket(container).key(key)));
  }

  @Override
  public List<String> keys(String container, String prefix) {
    return ask(
        client ->
            client
                .listObjectsV2Paginator(list -> list.bucket(container).prefix(prefix))
                .contents()
                .stream()
                .map(S3Object::key)
                .toList());
  }

  /** The ETag of an object that came in parts ends with how many. */
  @Override
  public OptionalInt parts(String container, String key) {
    String etag =
        ask(client -> client.headObject(head -> head.bucket(container).key(key)).eTag())
            .replace("\"", "");
    int hyphen = etag.indexOf('-');
    return OptionalInt.of(hyphen < 0 ? 1 : Integer.parseInt(etag.substring(hyphen + 1)));
  }

  @Override
  public boolean isListing(String request) {
    return request.contains("list-type=2");
  }

  @Override
  public boolean isStat(String request) {
    return request.startsWith("HEAD ");
  }

  @Override
  public boolean isRead(String request) {
    return request.startsWith("GET ") && !isListing(request);
  }

  @Override
  public boolean isWrite(String request) {
    return request.startsWith("PUT ");
  }

  @Override
  public int pageSize() {
    return 1000;
  }

  /** With no prefix: MinIO knows no other way to list the uploads of several keys. */
  @Override
  public List<String> unfinished(String container, String prefix) {
    return ask(
        client ->
            client.listMultipartUploads(list -> list.bucket(container)).uploads().stream()
                .map(MultipartUpload::key)
                .filter(key -> key.startsWith(prefix))
                .toList());
  }
}
