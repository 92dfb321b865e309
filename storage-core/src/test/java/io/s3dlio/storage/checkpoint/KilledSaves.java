package io.s3dlio.storage.checkpoint;

import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.StoreConfig;
import io.s3dlio.storage.file.FileStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Random;

/** A program that saves checkpoints until it is killed, and tells each thing that it does. */
final class KilledSaves {
  static final int STATES = 3;
  static final int BYTES = 200_000;

  private KilledSaves() {}

  /** Returns a state's bytes, which follow from its step and number. */
  static byte[] content(long step, int state) {
    byte[] content = new byte[BYTES];
    new Random(31 * step + state).nextBytes(content);
    return content;
  }

  /**
   * @param args where the checkpoints go
   */
  public static void main(String[] args) throws IOException {
    ObjectStore store =
        new ScriptedStore(
            new FileStore(StoreConfig.DEFAULT),
            (operation, location, done) -> tell(operation + " " + done));
    while (true) {
      try (CheckpointWriter writer = CheckpointWriter.open(store, args[0])) {
        for (int i = 0; i < STATES; i++) {
          writer.saveState("state-" + i, ByteBuffer.wrap(content(writer.step(), i)));
        }
        writer.finish();
        tell("saved " + writer.step());
      }
    }
  }

  private static void tell(String what) {
    System.out.println(what);
    System.out.flush();
  }
}
