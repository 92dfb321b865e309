package io.s3dlio.spark.jobs;

import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Puts very many objects, counts and verifies them: what {@link ManyObjectsTest} forks. */
final class ManyObjects {
  private ManyObjects() {}

  /**
   * @param args where the objects go, how many, and how large each is
   */
  public static void main(String[] args) {
    SparkSession spark =
        SparkSession.builder()
            .master("local[2]")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.driver.host", "127.0.0.1")
            .getOrCreate();
    run("put", new PutMany(), "--uri", args[0], "--count", args[1], "--size", args[2]);
    long start = System.nanoTime();
    Row listed =
        spark
            .read()
            .format("s3dlio")
            .load(args[0])
            .selectExpr("count(*)", "sum(length)", "count(distinct path)")
            .first();
    System.out.printf(
        "listed %d objects, %d bytes, %d paths in %.1f s%n",
        listed.getLong(0), listed.getLong(1), listed.getLong(2), (System.nanoTime() - start) / 1e9);
    run("verify", new Verify(), "--uri", args[0]);
    spark.stop();
  }

  private static void run(String name, Job job, String... args) {
    PrintWriter out = new PrintWriter(System.out, true);
    int code = JobRunner.run(job, args, out, out);
    System.out.printf("%s ended with %d, peak heap %d MiB%n", name, code, takePeak() >> 20);
  }

  /** Returns the most that the heap has held since it was last asked, garbage included. */
  private static long takePeak() {
    long peak = 0;
    for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
      if (pool.getType() == MemoryType.HEAP) {
        peak += pool.getPeakUsage().getUsed();
        pool.resetPeakUsage();
      }
    }
    return peak;
  }
}
