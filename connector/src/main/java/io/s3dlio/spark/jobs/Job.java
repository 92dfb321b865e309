package io.s3dlio.spark.jobs;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A program for spark-submit: what all of them have. */
abstract class Job implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help and exit.")
  @SuppressWarnings("UnusedVariable") // picocli sees to it.
  private boolean help;

  @Option(names = "--verbose", description = "Print the stack trace of a failure.")
  private boolean verbose;

  final boolean isVerbose() {
    return verbose;
  }

  private CommandLine commandLine() {
    return spec.commandLine();
  }

  /** Returns the failure of wrong usage. */
  final ParameterException usage(@Nullable String message) {
    return new ParameterException(commandLine(), String.valueOf(message));
  }

  final PrintWriter out() {
    return commandLine().getOut();
  }

  final PrintWriter err() {
    return commandLine().getErr();
  }
}
