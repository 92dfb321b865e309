package io.s3dlio.spark.jobs;

import io.s3dlio.spark.LocalSpark;
import java.io.PrintWriter;
import java.io.StringWriter;

/** Runs programs as their main methods do, in the tests' session. */
final class RunJob {
  private RunJob() {}

  record Result(int code, String out, String err) {}

  private static String withoutProgress(String err) {
    return err.replaceAll("[0-9]+ of [0-9]+ objects, .*\n", "");
  }

  static Result run(Job job, String... args) {
    LocalSpark.session();
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code = JobRunner.run(job, args, new PrintWriter(out), new PrintWriter(err));
    return new Result(code, out.toString(), withoutProgress(err.toString()));
  }
}
