package io.s3dlio.datagen;

import java.util.Locale;

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
    throw new UnsupportedOperationException(name.toLowerCase(Locale.ROOT));
  }
}
