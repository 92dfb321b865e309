package io.s3dlio.storage.checkpoint;

import static io.s3dlio.storage.json.JsonFields.instant;
import static io.s3dlio.storage.json.JsonFields.integer;
import static io.s3dlio.storage.json.JsonFields.list;
import static io.s3dlio.storage.json.JsonFields.number;
import static io.s3dlio.storage.json.JsonFields.requireFormatVersion;
import static io.s3dlio.storage.json.JsonFields.text;
import static io.s3dlio.storage.json.JsonFields.texts;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.ByteBufferBackedInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.TreeMap;

/** The JSON of manifests and of what names the latest. Fields that it does not know are ignored. */
final class ManifestFormat {
  private static final int CRC_DIGITS = 8;
  private static final int MAX_DEPTH = 8;

  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
                  .build())
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  private ManifestFormat() {}

  static byte[] write(CheckpointManifest manifest) throws JsonProcessingException {
    ObjectNode root = JSON.createObjectNode();
    root.put("formatVersion", manifest.formatVersion());
    root.put("step", manifest.step());
    root.put("id", manifest.id());
    root.put("worldSize", manifest.worldSize());
    root.put("createdAt", manifest.createdAt().toString());
    root.put("layout", manifest.layout().name().toLowerCase(Locale.ROOT));
    ObjectNode metadata = root.putObject("metadata");
    new TreeMap<>(manifest.metadata()).forEach(metadata::put);
    ArrayNode states = root.putArray("states");
    for (SavedState state : manifest.states()) {
      states
          .addObject()
          .put("name", state.name())
          .put("rank", state.rank())
          .put("key", state.key())
          .put("size", state.size())
          .put("storedSize", state.storedSize())
          .put("crc32c", HexFormat.of().toHexDigits(state.crc32c()))
          .put("compression", state.compression().text());
    }
    return JSON.writeValueAsBytes(root);
  }

  /**
   * Reads a manifest.
   *
   * @throws IllegalArgumentException if a field is missing or has no sensible value
   * @throws IOException if it is no JSON
   */
  static CheckpointManifest read(ByteBuffer json) throws IOException {
    JsonNode root = parse(json);
    List<SavedState> states = new ArrayList<>();
    for (JsonNode state : list(root, "states")) {
      states.add(state(state));
    }
    return new CheckpointManifest(
        CheckpointManifest.FORMAT_VERSION,
        number(root, "step"),
        text(root, "id"),
        integer(root, "worldSize"),
        instant(root, "createdAt"),
        layout(text(root, "layout")),
        states,
        texts(root, "metadata"));
  }

  /**
   * @param step empty if there is no checkpoint any more
   */
  static byte[] writeLatest(OptionalLong step) throws JsonProcessingException {
    ObjectNode root = JSON.createObjectNode();
    root.put("formatVersion", CheckpointManifest.FORMAT_VERSION);
    root.put("step", step.isPresent() ? (Long) step.getAsLong() : null);
    return JSON.writeValueAsBytes(root);
  }

  /** Reads what {@link #writeLatest} writes, and throws as {@link #read} does. */
  static OptionalLong readLatest(ByteBuffer json) throws IOException {
    JsonNode root = parse(json);
    return root.path("step").isNull()
        ? OptionalLong.empty()
        : OptionalLong.of(CheckpointManifest.requireStep(number(root, "step")));
  }

  private static JsonNode parse(ByteBuffer json) throws IOException {
    JsonNode root = JSON.readTree(new ByteBufferBackedInputStream(json));
    requireFormatVersion(root, CheckpointManifest.FORMAT_VERSION);
    return root;
  }

  private static SavedState state(JsonNode state) {
    String crc32c = text(state, "crc32c");
    if (crc32c.length() != CRC_DIGITS) {
      throw new IllegalArgumentException("Invalid crc32c: '%s' (8 digits)".formatted(crc32c));
    }
    return new SavedState(
        text(state, "name"),
        integer(state, "rank"),
        text(state, "key"),
        number(state, "size"),
        number(state, "storedSize"),
        HexFormat.fromHexDigits(crc32c),
        StateCompression.parse(text(state, "compression")));
  }

  private static CheckpointLayout layout(String text) {
    for (CheckpointLayout layout : CheckpointLayout.values()) {
      if (layout.name().toLowerCase(Locale.ROOT).equals(text)) {
        return layout;
      }
    }
    throw new IllegalArgumentException("Invalid layout: '%s' (it is unknown)".formatted(text));
  }
}
