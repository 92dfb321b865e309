package io.s3dlio.storage.file;

import com.sun.jna.Native;
import com.sun.jna.Platform;

/**
 * Runs work on a thread that permissions bind, whoever runs the tests: root's right to pass them
 * over is a capability, and Linux holds those for each thread.
 */
final class WithoutPrivileges {
  private static final int VERSION_3 = 0x20080522;
  private static final int DAC_OVERRIDE_AND_READ_SEARCH = 1 << 1 | 1 << 2;
  private static final int EFFECTIVE_LOW = 0;

  static {
    Native.register(WithoutPrivileges.class, Platform.C_LIBRARY_NAME);
  }

  private WithoutPrivileges() {}

  /** Work that throws. */
  @FunctionalInterface
  interface Work {
    void run() throws Exception;
  }

  static void run(Work work) throws Exception {
    int[] header = {VERSION_3, 0};
    int[] capabilities = new int[6];
    require(capget(header, capabilities));
    int before = capabilities[EFFECTIVE_LOW];
    capabilities[EFFECTIVE_LOW] = before & ~DAC_OVERRIDE_AND_READ_SEARCH;
    require(capset(header, capabilities));
    try {
      work.run();
    } finally {
      capabilities[EFFECTIVE_LOW] = before;
      require(capset(header, capabilities));
    }
  }

  private static void require(int result) {
    if (result != 0) {
      throw new IllegalStateException("Cannot change capabilities: " + Native.getLastError());
    }
  }

  private static native int capget(int[] header, int[] data);

  private static native int capset(int[] header, int[] data);
}
