package io.s3dlio.spark.read;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Reads files of which one may not be read: what {@link UnreadableFileTest} forks. */
final class Unreadable {
  private Unreadable() {}

  /**
   * @param args the directory of the files, and that of one that may not be listed
   */
  public static void main(String[] args) {
    for (String mode : new String[] {"columnar", "rows"}) {
      Dataset<Row> rows = ReadFixture.s3dlio(mode).option("ignoreMissingFiles", true).load(args[0]);
      System.out.printf("%s listed: %d%n", mode, rows.count());
      System.out.printf("%s read: %s%n", mode, outcome(rows.selectExpr("sum(length(content))")));
    }
    System.out.printf("list: %s%n", outcome(ReadFixture.s3dlio("rows").load(args[1])));
  }

  /** Returns what came, or the first line that tells why nothing did. */
  private static String outcome(Dataset<Row> rows) {
    try {
      return rows.collectAsList().toString();
    } catch (Exception e) {
      Throwable cause = e;
      while (cause.getCause() != null && !String.valueOf(cause).startsWith("io.s3dlio")) {
        cause = cause.getCause();
      }
      return cause.toString().lines().findFirst().orElse("");
    }
  }
}
