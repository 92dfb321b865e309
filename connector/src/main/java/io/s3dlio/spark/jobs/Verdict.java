package io.s3dlio.spark.jobs;

import java.io.Serializable;
import java.util.List;
import java.util.stream.Stream;

/**
 * What became of the objects that were looked at. Immutable.
 *
 * @param proven how many are what their manifest says
 * @param bytes how many bytes these have
 * @param missing how many are not there
 * @param wrong how many are there and are not what their manifest says
 * @param failures the first few of the others, in words
 */
record Verdict(long proven, long bytes, long missing, long wrong, List<String> failures)
    implements Serializable {
  static final Verdict NONE = new Verdict(0, 0, 0, 0, List.of());

  private static final int MAX_FAILURES = 20;

  static Verdict proven(long bytes) {
    return new Verdict(1, bytes, 0, 0, List.of());
  }

  static Verdict missing(String failure) {
    return new Verdict(0, 0, 1, 0, List.of(failure));
  }

  static Verdict wrong(String failure) {
    return new Verdict(0, 0, 0, 1, List.of(failure));
  }

  Verdict plus(Verdict other) {
    return new Verdict(
        proven + other.proven,
        bytes + other.bytes,
        missing + other.missing,
        wrong + other.wrong,
        Stream.concat(failures.stream(), other.failures.stream()).limit(MAX_FAILURES).toList());
  }

  long failed() {
    return missing + wrong;
  }
}
