package io.s3dlio.spark.jobs;

import io.s3dlio.storage.StorageException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import picocli.CommandLine;

/** Runs a program from its command line to its exit code: 0 success, 1 failure, 2 wrong usage. */
final class JobRunner {
  static final int SUCCESS = 0;
  static final int FAILURE = 1;

  private JobRunner() {}

  /** Runs the program and ends the JVM if it failed. */
  static void main(Job job, String[] args) {
    int code = run(job, args, printer(System.out), printer(System.err));
    if (code != SUCCESS) {
      // A cluster's driver takes a normal return for success and an exit for its opposite.
      System.exit(code);
    }
  }

  private static PrintWriter printer(PrintStream stream) {
    return new PrintWriter(stream, true, Charset.defaultCharset());
  }

  /** Runs the program and returns its exit code. */
  static int run(Job job, String[] args, PrintWriter out, PrintWriter err) {
    return new CommandLine(job)
        .setOut(out)
        .setErr(err)
        .setExecutionExceptionHandler(
            (e, command, parsed) -> {
              err.println(command.getCommandName() + " failed: " + message(e));
              if (job.isVerbose()) {
                e.printStackTrace(err);
              }
              return FAILURE;
            })
        .execute(args);
  }

  /** Returns what a user can act on: our own message if there is one, else the innermost. */
  static String message(Throwable failure) {
    Throwable innermost = failure;
    for (Throwable next = failure; next != null; next = next.getCause()) {
      if (next instanceof StorageException || next instanceof IllegalArgumentException) {
        return String.valueOf(next.getMessage());
      }
      innermost = next;
    }
    String text = String.valueOf(innermost.getMessage());
    return innermost.getClass().getSimpleName() + ": " + text.lines().findFirst().orElse(text);
  }
}
