package io.s3dlio.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.util.List;
import java.util.Map;

/** Another library in a process of its own, which does what it reads and answers what that took. */
public final class Peer implements AutoCloseable {
  private final Process process;
  private final Writer to;
  private final BufferedReader from;

  /**
   * @param command takes the name of a work on each line, and answers each with its CPU seconds
   */
  public Peer(List<String> command, Map<String, String> environment) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().putAll(environment);
    process = builder.start();
    to = process.outputWriter(UTF_8);
    from = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
  }

  /** Has the work done; returns the CPU seconds that it took. */
  public double run(String work) throws IOException {
    return Double.parseDouble(ask(work));
  }

  /** Has the work done; returns the line that it answers. */
  public String ask(String work) throws IOException {
    to.write(work + "\n");
    to.flush();
    String answer = from.readLine();
    if (answer == null) {
      throw new EOFException("The peer ended without an answer");
    }
    return answer;
  }

  @Override
  public void close() {
    process.destroy();
  }
}
