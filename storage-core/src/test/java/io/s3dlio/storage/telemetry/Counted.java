package io.s3dlio.storage.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.TreeMap;
import javax.management.JMX;
import javax.management.ObjectName;

/** What counters rise by, as operators see it over JMX. */
public final class Counted {
  private Counted() {}

  /** Something that is counted. */
  @FunctionalInterface
  public interface Action {
    void run() throws Exception;
  }

  /** Returns by how much each counter rose meanwhile; those that did not are left out. */
  public static Map<String, Long> during(Action action) throws Exception {
    // The first use of a counter registers them all.
    assertThat(Counter.values()).hasSize(9);
    CountersMXBean bean =
        JMX.newMXBeanProxy(
            ManagementFactory.getPlatformMBeanServer(),
            new ObjectName("io.s3dlio:type=Counters"),
            CountersMXBean.class);
    Map<String, Long> before = bean.getCounts();
    action.run();
    Map<String, Long> risen = new TreeMap<>();
    bean.getCounts()
        .forEach((name, count) -> risen.put(name, count - before.getOrDefault(name, 0L)));
    risen.values().removeIf(count -> count == 0);
    return risen;
  }
}
