package io.s3dlio.storage.json;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Reads fields of JSON objects. Each method throws {@link IllegalArgumentException} with the
 * field's name where it is missing or of another kind.
 */
public final class JsonFields {
  private JsonFields() {}

  public static String text(JsonNode parent, String field) {
    return require(parent, field, JsonNode::isTextual, "a text").textValue();
  }

  public static int integer(JsonNode parent, String field) {
    return require(
            parent,
            field,
            node -> node.isIntegralNumber() && node.canConvertToInt(),
            "a whole number of 32 bits")
        .intValue();
  }

  public static long number(JsonNode parent, String field) {
    return require(
            parent,
            field,
            node -> node.isIntegralNumber() && node.canConvertToLong(),
            "a whole number of 64 bits")
        .longValue();
  }

  /** Reads a time of ISO 8601. */
  public static Instant instant(JsonNode parent, String field) {
    try {
      return Instant.parse(text(parent, field));
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("Invalid %s: %s".formatted(field, e.getMessage()), e);
    }
  }

  /** Reads an object all of whose fields are texts. */
  public static Map<String, String> texts(JsonNode parent, String field) {
    JsonNode object = require(parent, field, JsonNode::isObject, "an object");
    Map<String, String> texts = new HashMap<>();
    for (Map.Entry<String, JsonNode> each : object.properties()) {
      texts.put(each.getKey(), text(object, each.getKey()));
    }
    return texts;
  }

  public static Iterable<JsonNode> list(JsonNode parent, String field) {
    return require(parent, field, JsonNode::isArray, "a list");
  }

  /**
   * Checks the field {@code formatVersion}. Another version may have other fields, so it is looked
   * at first.
   *
   * @param known the one version that can be read
   */
  public static void requireFormatVersion(JsonNode root, int known) {
    long version = number(root, "formatVersion");
    if (version != known) {
      throw new IllegalArgumentException(
          "Invalid formatVersion: %d (this release knows %d)".formatted(version, known));
    }
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
