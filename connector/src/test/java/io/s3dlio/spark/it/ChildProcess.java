package io.s3dlio.spark.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** A process whose output goes to a file. Closing it ends it and all that it started. */
final class ChildProcess implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofMinutes(15);
  private static final Duration POLL = Duration.ofMillis(5);

  private final Process process;
  private final Path log;

  private ChildProcess(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  static ChildProcess start(ProcessBuilder builder, Path log) throws IOException {
    Process process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    process.getOutputStream().close();
    return new ChildProcess(process, log);
  }

  /** Waits for the end, which must be a success, and returns what was printed. */
  String succeed() throws InterruptedException {
    return end(0);
  }

  /** Waits for the end, which must have this status, and returns what was printed. */
  String end(int status) throws InterruptedException {
    boolean ended = process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS);
    assertThat(ended).as("ended within %s:%n%s", LIMIT, output()).isTrue();
    assertThat(process.exitValue()).as("status of:%n%s", output()).isEqualTo(status);
    return output();
  }

  /** Waits until something is so while the process runs. */
  void await(String what, BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(process.isAlive()).as("running until %s:%n%s", what, output()).isTrue();
      assertThat(System.nanoTime() - deadline).as("waiting until %s", what).isNegative();
      Thread.sleep(POLL.toMillis());
    }
  }

  /** Returns the running processes that this one started, whose command line holds a word. */
  List<ProcessHandle> started(String word) {
    return process.descendants().filter(child -> commandLine(child).contains(word)).toList();
  }

  private static String commandLine(ProcessHandle child) {
    try {
      return Files.readString(Path.of("/proc", String.valueOf(child.pid()), "cmdline"));
    } catch (IOException e) {
      return ""; // It has ended.
    }
  }

  String output() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws InterruptedException {
    List<ProcessHandle> all =
        Stream.concat(process.descendants(), Stream.of(process.toHandle())).toList();
    all.forEach(ProcessHandle::destroyForcibly);
    process.waitFor();
  }
}
