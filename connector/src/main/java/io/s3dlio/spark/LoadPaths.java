package io.s3dlio.spark;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.s3dlio.storage.Location;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/** The paths of {@code load(...)} and {@code save(...)}, as Spark puts them among the options. */
final class LoadPaths {
  private static final ObjectMapper JSON = new ObjectMapper();

  private LoadPaths() {}

  /**
   * Returns the locations in the order in which they were given.
   *
   * @throws IllegalArgumentException if there is none or one is malformed
   */
  static List<Location> parse(CaseInsensitiveStringMap options) {
    List<Location> locations = new ArrayList<>();
    if (options.containsKey("paths")) {
      for (String path : pathArray(options.get("paths"))) {
        locations.add(Location.parse(path));
      }
    }
    if (options.containsKey("path")) {
      locations.add(Location.parse(options.get("path")));
    }
    if (locations.isEmpty()) {
      throw new IllegalArgumentException(
          "Invalid path: none was given (write load(\"s3://bucket/prefix/\"))");
    }
    return List.copyOf(locations);
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
