package io.s3dlio.storage.tuning;

import static java.util.Objects.requireNonNull;

/**
 * A value in force.
 *
 * @param value the value
 * @param origin where it came from
 */
public record Setting<T>(T value, Origin origin) {
  public Setting {
    requireNonNull(value, "value is null");
    requireNonNull(origin, "origin is null");
  }

  /** Returns the value and, where somebody or something chose it, who: {@code 32 (adaptive)}. */
  @Override
  public String toString() {
    return origin == Origin.DEFAULT ? value.toString() : "%s (%s)".formatted(value, origin);
  }
}
