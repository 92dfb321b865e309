package io.s3dlio.spark.write;

import java.util.Arrays;
import org.apache.spark.util.HadoopFSUtils;

/** Spark's rule for which objects a read of files sees. */
public final class Visibility {
  private Visibility() {}

  /** Returns whether no component of a name, below the path that is read, hides it. */
  public static boolean isVisible(String name) {
    return Arrays.stream(name.split("/")).noneMatch(HadoopFSUtils::shouldFilterOutPathName);
  }
}
