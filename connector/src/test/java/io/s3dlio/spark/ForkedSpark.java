package io.s3dlio.spark;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs a program of the tests in a JVM of its own: what the tests' one session cannot do. */
public final class ForkedSpark {
  private ForkedSpark() {}

  /** What a program printed, both streams together. */
  public record Result(int code, String output) {}

  /**
   * @param shell prepares for the program, which it runs as {@code "$@"}
   */
  public static Result run(String shell, Class<?> program, String... args)
      throws IOException, InterruptedException {
    return result(start(shell, program, args));
  }

  /** Runs a program in a heap of this size, such as {@code 1g}. */
  public static Result runInHeap(String size, Class<?> program, String... args)
      throws IOException, InterruptedException {
    return result(start("exec \"$@\"", List.of("-Xmx" + size), program, args));
  }

  private static Result result(Process process) throws IOException, InterruptedException {
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Result(process.waitFor(), output);
  }

  /** Starts a program; both its streams are the process's input stream. */
  public static Process start(String shell, Class<?> program, String... args) throws IOException {
    return start(shell, List.of(), program, args);
  }

  /**
   * @param flags for the JVM, which win over those of this one
   */
  private static Process start(String shell, List<String> flags, Class<?> program, String... args)
      throws IOException {
    List<String> command = new ArrayList<>(List.of("sh", "-c", shell, "sh"));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
            .filter(argument -> argument.startsWith("-"))
            .toList());
    command.addAll(flags);
    command.add("-cp");
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.add(program.getName());
    command.addAll(List.of(args));
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }
}
