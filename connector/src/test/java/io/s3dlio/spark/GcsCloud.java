package io.s3dlio.spark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.s3dlio.testing.GcsServer;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.UUID;

/** A fake-gcs-server, asked by what the JDK has alone; it serves whatever token it is shown. */
public final class GcsCloud extends Cloud {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String token = "ya29." + UUID.randomUUID();

  public GcsCloud(GcsServer server) {
    super("gs", server.endpoint());
  }

  @Override
  public Map<String, String> options(URI relay) {
    return Map.of("endpoint", at(relay), "accessToken", token);
  }

  @Override
  public Map<String, String> environment() {
    return Map.of("STORAGE_EMULATOR_HOST", endpoint().toString());
  }

  @Override
  public Map<String, String> hadoop() {
    return Map.of(
        "fs.gs.storage.root.url", endpoint().toString(), "fs.gs.auth.type", "UNAUTHENTICATED");
  }

  @Override
  public String hadoopUri(String container, String key) {
    return "gs://%s/%s".formatted(container, key);
  }

  @Override
  public String secret() {
    return token;
  }

  @Override
  public String secretOption() {
    return "accessToken";
  }

  @Override
  public boolean refusesOthers() {
    return false;
  }

  private URI uri(String path) {
    return URI.create(endpoint() + path);
  }

  private URI object(String container, String key, String query) {
    return uri("/storage/v1/b/%s/o/%s%s".formatted(container, PlainHttp.name(key), query));
  }

  @Override
  public void create(String name) throws IOException {
    PlainHttp.ask(
        "POST",
        uri("/storage/v1/b?project=test"),
        Map.of("Content-Type", "application/json"),
        JSON.writeValueAsBytes(Map.of("name", name)));
  }

  @Override
  public void put(String container, String key, byte[] content) throws IOException {
    PlainHttp.ask(
        "POST",
        uri(
            "/upload/storage/v1/b/%s/o?uploadType=media&name=%s"
                .formatted(container, PlainHttp.name(key))),
        Map.of("Content-Type", "application/octet-stream"),
        content);
  }

  @Override
  public byte[] get(String container, String key) throws IOException {
    return PlainHttp.get(object(container, key, "?alt=media"));
  }

  @Override
  public void delete(String container, String key) throws IOException {
    PlainHttp.ask("DELETE", object(container, key, ""), Map.of(), new byte[0]);
  }

  @Override
  public List<String> keys(String container, String prefix) throws IOException {
    List<String> keys = new ArrayList<>();
    String token = "";
    do {
      JsonNode page =
          JSON.readTree(
              PlainHttp.get(
                  uri(
                      "/storage/v1/b/%s/o?prefix=%s&pageToken=%s"
                          .formatted(container, PlainHttp.name(prefix), PlainHttp.name(token)))));
      page.path("items").forEach(item -> keys.add(item.path("name").asText()));
      token = page.path("nextPageToken").asText();
    } while (!token.isEmpty());
    return keys;
  }

  /** An object is one stream, whatever it came in. */
  @Override
  public OptionalInt parts(String container, String key) {
    return OptionalInt.empty();
  }

  @Override
  public boolean isListing(String request) {
    return request.matches("GET /storage/v1/b/[^/]*/o\\?.*");
  }

  @Override
  public boolean isStat(String request) {
    return request.startsWith("GET /storage/v1/b/") && !isListing(request) && !isRead(request);
  }

  @Override
  public boolean isRead(String request) {
    return request.contains("alt=media");
  }

  @Override
  public boolean isWrite(String request) {
    return request.startsWith("POST /upload/");
  }

  @Override
  public int pageSize() {
    return 1000;
  }
}
