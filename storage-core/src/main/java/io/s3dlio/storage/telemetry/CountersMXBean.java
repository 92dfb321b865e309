package io.s3dlio.storage.telemetry;

import java.util.Map;

/** All counters of a JVM, known to JMX as {@code io.s3dlio:type=Counters}. */
public interface CountersMXBean {
  /** Returns every count so far, by its name. */
  Map<String, Long> getCounts();
}
