package io.s3dlio.spark.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.s3dlio.storage.Location;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/** The paths of {@code load(...)} and {@code save(...)}, as Spark puts them among the options. */
public final class LoadPaths {
  private static final ObjectMapper JSON = new ObjectMapper();

  private LoadPaths() {}

  /**
   * Returns the locations in the order in which they were given.
   *
   * @throws IllegalArgumentException if there is none or one is malformed
   */
  public static List<Location> parse(CaseInsensitiveStringMap options) {
    List<Location> locations = texts(options).stream().map(Location::parse).toList();
    if (locations.isEmpty()) {
      throw new IllegalArgumentException(
          "Invalid path: none was given (write load(\"s3://bucket/prefix/\"), or give the table a LOCATION)");
    }
    return locations;
  }

  /** Returns the paths as they were given, of any source; empty if there is none. */
  public static List<String> texts(CaseInsensitiveStringMap options) {
    List<String> texts = new ArrayList<>();
    if (options.containsKey("paths")) {
      texts.addAll(List.of(pathArray(options.get("paths"))));
    }
    if (options.containsKey("path")) {
      texts.add(options.get("path"));
    }
    return texts;
  }

  private static String[] pathArray(String json) {
    try {
      return JSON.readValue(json, String[].class);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "Invalid paths: '%s' (must be a JSON array of strings)".formatted(json), e);
    }
  }
}
