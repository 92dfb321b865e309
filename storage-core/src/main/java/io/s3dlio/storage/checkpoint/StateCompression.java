package io.s3dlio.storage.checkpoint;

import java.util.Locale;

/** How the object of a state is compressed. */
public enum StateCompression {
  NONE,
  /** One stream of Zstandard. */
  ZSTD;

  /** Returns the name in a manifest. */
  String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * @throws IllegalArgumentException if there is none of that name
   */
  static StateCompression parse(String text) {
    for (StateCompression compression : values()) {
      if (compression.text().equals(text)) {
        return compression;
      }
    }
    throw new IllegalArgumentException(
        "Invalid compression: '%s' (known: none, zstd)".formatted(text));
  }
}
