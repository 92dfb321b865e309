package io.s3dlio.storage.manifest;

import static io.s3dlio.storage.json.JsonFields.instant;
import static io.s3dlio.storage.json.JsonFields.list;
import static io.s3dlio.storage.json.JsonFields.number;
import static io.s3dlio.storage.json.JsonFields.requireFormatVersion;
import static io.s3dlio.storage.json.JsonFields.text;
import static io.s3dlio.storage.json.JsonFields.texts;

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
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

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
    requireFormatVersion(root, Manifest.FORMAT_VERSION);
    List<Manifest.Shard> shards = new ArrayList<>();
    for (JsonNode shard : list(root, "shards")) {
      shards.add(
          new Manifest.Shard(text(shard, "name"), number(shard, "count"), number(shard, "bytes")));
    }
    return new Manifest(
        Manifest.FORMAT_VERSION,
        text(root, "jobId"),
        instant(root, "createdAt"),
        number(root, "seed"),
        texts(root, "settings"),
        number(root, "count"),
        number(root, "bytes"),
        shards);
  }
}
