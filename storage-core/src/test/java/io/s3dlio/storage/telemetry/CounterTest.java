package io.s3dlio.storage.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Map;
import javax.management.JMX;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;

class CounterTest {
  @Test
  void countersAreReadOverJmx() throws MalformedObjectNameException {
    long before = Counter.TLS_FALLBACKS.value();
    CountersMXBean bean =
        JMX.newMXBeanProxy(
            ManagementFactory.getPlatformMBeanServer(),
            new ObjectName("io.s3dlio:type=Counters"),
            CountersMXBean.class);
    Map<String, Long> counts = bean.getCounts();

    Counter.TLS_FALLBACKS.increment();

    assertThat(counts.keySet())
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(Counter.values()).map(Counter::toString).toList());
    assertThat(counts).containsEntry("tls.fallbacks", before);
    assertThat(bean.getCounts()).containsEntry("tls.fallbacks", before + 1);
  }
}
