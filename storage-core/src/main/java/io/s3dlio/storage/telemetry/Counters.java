package io.s3dlio.storage.telemetry;

import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.TreeMap;
import javax.management.InstanceAlreadyExistsException;
import javax.management.JMException;
import javax.management.ObjectName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Shows the counters over JMX. */
final class Counters implements CountersMXBean {
  static final String NAME = "io.s3dlio:type=Counters";

  private static final Logger LOG = LoggerFactory.getLogger(Counters.class);

  private Counters() {}

  static void register() {
    try {
      ManagementFactory.getPlatformMBeanServer()
          .registerMBean(new Counters(), new ObjectName(NAME));
    } catch (InstanceAlreadyExistsException e) {
      LOG.info("{} shows the counters of another class loader's s3dlio", NAME);
    } catch (JMException e) {
      LOG.warn("JMX does not show the counters of s3dlio", e);
    }
  }

  @Override
  public Map<String, Long> getCounts() {
    Map<String, Long> counts = new TreeMap<>();
    for (Counter counter : Counter.values()) {
      counts.put(counter.toString(), counter.value());
    }
    return counts;
  }
}
