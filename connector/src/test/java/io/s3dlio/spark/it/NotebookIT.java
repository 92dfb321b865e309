package io.s3dlio.spark.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NotebookIT {
  /** Runs a notebook, whose cells all have to succeed, and saves it with its outputs. */
  private static final String EXECUTE =
      """
      import sys, nbformat, nbclient
      notebook = nbformat.read(sys.argv[1], as_version=4)
      nbclient.NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
      nbformat.write(notebook, sys.argv[2])
      """;

  @TempDir Path folder;

  @Test
  void theQuickstartRunsAndPlots() throws Exception {
    Path executed = folder.resolve("executed.ipynb");
    try (ChildProcess notebook =
        Python.SPARK_4_2.start(
            folder,
            "-c",
            EXECUTE,
            Build.root().resolve("notebooks/quickstart.ipynb").toString(),
            executed.toString())) {
      notebook.succeed();
    }
    assertThat(Files.readString(executed)).contains("\"image/png\"");
  }
}
