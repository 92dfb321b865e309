package io.s3dlio.datagen;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a synthetic object holds. */
public enum ObjectType {
  /** Zero bytes. */
  ZEROS,
  /** Incompressible bytes, another sequence for every object. */
  RANDOM;

  /**
   * Parses a name as options and columns give it, in any case.
   *
   * @throws IllegalArgumentException naming the known types
   */
  public static ObjectType parse(String name) {
    for (ObjectType type : values()) {
      if (type.name().equalsIgnoreCase(name)) {
        return type;
      }
    }
    throw new IllegalArgumentException(
        "Invalid objectType: '%s' (known: %s)"
            .formatted(
                name,
                Arrays.stream(values())
                    .map(ObjectType::toString)
                    .collect(Collectors.joining(", "))));
  }

  /** Returns the name as options and manifests write it, in lower case. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
