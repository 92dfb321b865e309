package io.s3dlio.storage.manifest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/** The JSON of a head. */
final class HeadFormat {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  private HeadFormat() {}

  static byte[] write(Manifest manifest) throws JsonProcessingException {
    ObjectNode root = JSON.createObjectNode();
    root.put("formatVersion", manifest.formatVersion());
    root.put("jobId", manifest.jobId());
    root.put("createdAt", manifest.createdAt().toString());
    root.put("seed", manifest.seed());
    ObjectNode settings = root.putObject("settings");
    new TreeMap<>(manifest.settings()).forEach(settings::put);
    root.put("count", manifest.count());
    root.put("bytes", manifest.bytes());
    ArrayNode shards = root.putArray("shards");
    for (Manifest.Shard shard : manifest.shards()) {
      shards
          .addObject()
          .put("name", shard.name())
          .put("count", shard.count())
          .put("bytes", shard.bytes());
    }
    return JSON.writeValueAsBytes(root);
  }

  /**
   * Reads a head; fields that it does not know are ignored.
   *
   * @throws IllegalArgumentException if a field is missing or has no sensible value
   * @throws IOException if the source fails or is no JSON
   */
  static Manifest read(InputStream source) throws IOException {
    JsonNode root = JSON.readTree(source);
    // Another version may have other fields, so this one is looked at first.
    long version = number(root, "formatVersion");
    if (version != Manifest.FORMAT_VERSION) {
      throw new IllegalArgumentException(
          "Invalid formatVersion: %d (this release knows %d)"
              .formatted(version, Manifest.FORMAT_VERSION));
    }
    List<Manifest.Shard> shards = new ArrayList<>();
    for (JsonNode shard : require(root, "shards", JsonNode::isArray, "a list")) {
      shards.add(
          new Manifest.Shard(text(shard, "name"), number(shard, "count"), number(shard, "bytes")));
    }
    return new Manifest(
        Manifest.FORMAT_VERSION,
        text(root, "jobId"),
        instant(root, "createdAt"),
        number(root, "seed"),
        settings(require(root, "settings", JsonNode::isObject, "an object")),
        number(root, "count"),
        number(root, "bytes"),
        shards);
  }

  private static Map<String, String> settings(JsonNode node) {
    Map<String, String> settings = new HashMap<>();
    for (Map.Entry<String, JsonNode> setting : node.properties()) {
      settings.put(setting.getKey(), text(node, setting.getKey()));
    }
    return settings;
  }

  private static Instant instant(JsonNode parent, String field) {
    try {
      return Instant.parse(text(parent, field));
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("Invalid %s: %s".formatted(field, e.getMessage()), e);
    }
  }

  private static String text(JsonNode parent, String field) {
    return require(parent, field, JsonNode::isTextual, "a text").textValue();
  }

  private static long number(JsonNode parent, String field) {
    return require(
            parent,
            field,
            node -> node.isIntegralNumber() && node.canConvertToLong(),
            "a whole number of 64 bits")
        .longValue();
  }

  private static JsonNode require(
      JsonNode parent, String field, Predicate<JsonNode> rule, String kind) {
    JsonNode node = parent.path(field);
    if (!rule.test(node)) {
      throw new IllegalArgumentException(
          "Invalid %s: %s"
              .formatted(field, node.isMissingNode() ? "it is missing" : "not " + kind));
    }
    return node;
  }
}
