package io.s3dlio.spark.read;

/** Why the listing cannot answer a part of a query, which Spark then does itself. */
final class Refusal extends Exception {
  private static final long serialVersionUID = 1L;

  Refusal(String reason) {
    super(reason, null, false, false);
  }
}
