package io.s3dlio.storage.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** Runs numbered work on so many threads, which are kept. */
public final class Threads {
  private static final Map<Integer, Threads> KEPT = new ConcurrentHashMap<>();

  /** One piece of work of many. */
  @FunctionalInterface
  public interface Numbered {
    void run(int number) throws Exception;
  }

  private final int count;
  private final ExecutorService executor;

  /** Makes threads that nobody else uses. */
  public Threads(int count) {
    this.count = count;
    this.executor =
        Executors.newFixedThreadPool(
            count,
            work -> {
              Thread thread = new Thread(work);
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Returns the threads that all share who want so many. */
  public static Threads shared(int count) {
    return KEPT.computeIfAbsent(count, Threads::new);
  }

  /** Runs the work for each number from 0 and returns when all of it is done. */
  public void run(int numbers, Numbered work) throws Exception {
    AtomicInteger next = new AtomicInteger();
    List<Future<?>> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(
          executor.submit(
              () -> {
                for (int n = next.getAndIncrement(); n < numbers; n = next.getAndIncrement()) {
                  work.run(n);
                }
                return null;
              }));
    }
    for (Future<?> one : all) {
      one.get();
    }
  }
}
