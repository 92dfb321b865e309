package io.s3dlio.spark;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Ends every test with no task of its own running, so that its files can be removed. */
public final class IdleAfterEach implements AfterEachCallback {
  @Override
  public void afterEach(ExtensionContext context) {
    LocalSpark.awaitIdle();
  }
}
