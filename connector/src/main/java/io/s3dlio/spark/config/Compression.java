package io.s3dlio.spark.config;

/** How written files are compressed. */
public enum Compression {
  NONE,
  GZIP;

  /** What there is, for people. */
  static final String NAMES = OptionKeys.names(Compression.class);

  private static final String HADOOP_GZIP = "org.apache.hadoop.io.compress.GzipCodec";

  /**
   * Parses a name, in any case, or that of Hadoop's class.
   *
   * @throws IllegalArgumentException if there is no such
   */
  static Compression parse(String text) {
    if (text.equals(HADOOP_GZIP)) {
      return GZIP;
    }
    for (Compression compression : values()) {
      if (compression.toString().equalsIgnoreCase(text)) {
        return compression;
      }
    }
    throw new IllegalArgumentException("must be one of %s, %s".formatted(NAMES, HADOOP_GZIP));
  }

  /** Returns it as users write it. */
  @Override
  public String toString() {
    return OptionKeys.spelled(this);
  }
}
