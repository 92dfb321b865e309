package io.s3dlio.spark.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.apache.spark.sql.api.java.UDF1;

/**
 * SHA-256 of bytes. In each JVM the first call leaves a file named by the process's id and waits
 * until there is a file {@code go}, so that a test can act while a task has a row in its hands.
 */
final class GatedDigest implements UDF1<byte[], String> {
  private static final long serialVersionUID = 1;
  private static final int POLLS = 60_000;
  private static final int POLL_MILLIS = 5;

  private final String folder;

  GatedDigest(String folder) {
    this.folder = folder;
  }

  @Override
  public String call(byte[] content) throws Exception {
    pass(Path.of(folder));
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
  }

  private static synchronized void pass(Path gate) throws IOException, InterruptedException {
    Path arrived = gate.resolve(String.valueOf(ProcessHandle.current().pid()));
    if (!Files.exists(arrived)) {
      Files.createFile(arrived);
    }
    for (int poll = 0; !Files.exists(gate.resolve("go")); poll++) {
      if (poll == POLLS) {
        throw new IllegalStateException("Nobody opened the gate");
      }
      Thread.sleep(POLL_MILLIS);
    }
  }
}
