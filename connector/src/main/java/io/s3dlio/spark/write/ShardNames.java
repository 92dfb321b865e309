package io.s3dlio.spark.write;

import java.io.Serializable;
import java.util.regex.Pattern;

/**
 * Names the files of a job as Spark does: no other job has the same, attempts of one task do.
 *
 * @param extension what all of them end with
 */
record ShardNames(String jobId, String extension) implements Serializable {
  /**
   * Returns the name of a file.
   *
   * @param number which one of the task's it is
   */
  String name(int partition, int number) {
    return "part-%05d-%s-c%03d%s".formatted(partition, jobId, number, extension);
  }

  /** Returns whether an object's key below the job's prefix is one of a file. */
  boolean matches(String key) {
    return Pattern.matches(
        "part-[0-9]{5,}-%s-c[0-9]{3,}%s".formatted(Pattern.quote(jobId), Pattern.quote(extension)),
        key.substring(key.lastIndexOf('/') + 1));
  }
}
