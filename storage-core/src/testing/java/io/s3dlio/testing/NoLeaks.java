package io.s3dlio.testing;

import io.s3dlio.storage.azure.AzureStores;
import io.s3dlio.storage.gcs.GcsStores;
import io.s3dlio.storage.s3.S3Stores;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a class of tests that leaves more than it found, once every store of S3 is closed: leased
 * buffers, threads of ours, connections. It tells what they are.
 */
public final class NoLeaks implements BeforeAllCallback, AfterAllCallback {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final Duration POLL = Duration.ofMillis(20);
  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(NoLeaks.class);

  @Override
  public void beforeAll(ExtensionContext context) throws Exception {
    Class<?> test = context.getRequiredTestClass();
    // Servers that its fields start are not its own.
    Class.forName(test.getName(), true, test.getClassLoader());
    closeAll();
    context.getStore(NAMESPACE).put(test, Held.now());
  }

  private static void closeAll() {
    S3Stores.closeAll();
    AzureStores.closeAll();
    GcsStores.closeAll();
  }

  @Override
  public void afterAll(ExtensionContext context) {
    Held before = context.getStore(NAMESPACE).get(context.getRequiredTestClass(), Held.class);
    closeAll();
    long deadline = System.nanoTime() + LIMIT.toNanos();
    List<String> leaks = Held.now().beyond(before);
    // Ends come late: of threads, and of connections whose other side is a thread.
    while (!leaks.isEmpty() && System.nanoTime() < deadline) {
      LockSupport.parkNanos(POLL.toNanos());
      leaks = Held.now().beyond(before);
    }
    if (!leaks.isEmpty()) {
      throw new AssertionError(
          context.getDisplayName() + " left behind:\n  " + String.join("\n  ", leaks));
    }
  }
}
