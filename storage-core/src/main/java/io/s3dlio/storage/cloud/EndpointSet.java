package io.s3dlio.storage.cloud;

import static java.util.concurrent.TimeUnit.SECONDS;

import io.s3dlio.storage.telemetry.Counter;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints of a store as its requests find them: which one the next request goes to, how many
 * requests each may have under way, and which are left alone because they fail. Thread-safe.
 *
 * <p>A request goes to the endpoint with the fewest under way, to each in turn where several have
 * as few. An endpoint that fails three times, with no success in between, is out of rotation for a
 * second; then a single request tries it, and a success puts it back, while a failure doubles the
 * time, up to a minute. While all are out, all are used: there is nothing better.
 */
public final class EndpointSet {
  public static final int FAILURES = 3;
  public static final long FIRST_REST_NANOS = SECONDS.toNanos(1);
  static final long LONGEST_REST_NANOS = SECONDS.toNanos(60);

  /** Hears of each endpoint, of several, that goes out of rotation or comes back. */
  @FunctionalInterface
  interface Changes {
    /**
     * @param trouble what it failed by at last, if it is out
     */
    void changed(String name, boolean isOut, String trouble);
  }

  /** How a request ended. */
  enum Outcome {
    /** The server did its part, whatever it said. */
    ANSWERED(Counter.CLOUD_ANSWERED),
    /** The server asks for fewer requests. */
    THROTTLED(Counter.CLOUD_THROTTLED),
    /** There was no answer, or the server's trouble for one. */
    FAILED(Counter.CLOUD_FAILED),
    /** On this side: the server had no part in it. */
    ABANDONED(null);

    private final @Nullable Counter counter;

    Outcome(@Nullable Counter counter) {
      this.counter = counter;
    }

    void count() {
      if (counter != null) {
        counter.increment();
      }
    }
  }

  /**
   * A request's place.
   *
   * @param endpoint counts the endpoints from 0
   * @param number counts the requests
   */
  record Turn(int endpoint, long number) {}

  private static final class Member {
    final String name;
    final ConcurrencyLimit limit;
    int failures;
    String trouble = "";
    boolean out;
    long restsUntil;
    int rests;
    long outSince;
    long probe;

    Member(String name, ConcurrencyLimit limit) {
      this.name = name;
      this.limit = limit;
    }
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition freed = lock.newCondition();
  private final List<Member> members = new ArrayList<>();
  private final LongSupplier clock;
  private final Changes changes;
  private long started;
  private int next;

  /**
   * @param names of the endpoints, for people; at least one
   * @param mostEach how many requests each may have under way
   * @param clock tells nanoseconds
   */
  EndpointSet(List<String> names, int mostEach, LongSupplier clock, Changes changes) {
    names.forEach(name -> members.add(new Member(name, new ConcurrencyLimit(mostEach))));
    this.clock = clock;
    this.changes = changes;
  }

  /**
   * Waits for a place and takes it.
   *
   * @param tried the endpoints that the operation has failed at: others come first
   */
  Turn begin(BitSet tried) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      int chosen = choose(tried);
      while (chosen < 0) {
        freed.await();
        chosen = choose(tried);
      }
      next = (chosen + 1) % members.size();
      Member member = members.get(chosen);
      started++;
      member.limit.begin(started);
      if (isDue(member)) {
        member.probe = started;
      }
      return new Turn(chosen, started);
    } finally {
      lock.unlock();
    }
  }

  /** Returns an endpoint with room for a request, or -1 if one must end first. */
  private int choose(BitSet tried) {
    boolean allOut = members.stream().allMatch(member -> member.out);
    int best = -1;
    for (int i = 0; i < members.size(); i++) {
      int candidate = (next + i) % members.size();
      Member member = members.get(candidate);
      if (!member.limit.hasRoom()) {
        continue;
      }
      if (isDue(member) && !tried.get(candidate)) {
        return candidate;
      }
      if ((allOut || !member.out) && (best < 0 || isBetter(candidate, best, tried))) {
        best = candidate;
      }
    }
    return best;
  }

  private boolean isBetter(int one, int other, BitSet tried) {
    return tried.get(one) == tried.get(other)
        ? members.get(one).limit.underWay() < members.get(other).limit.underWay()
        : tried.get(other);
  }

  /** Returns whether the next request is the one that shall find out whether it is well again. */
  private boolean isDue(Member member) {
    return member.out && member.probe == 0 && clock.getAsLong() - member.restsUntil >= 0;
  }

  /**
   * Gives a place back.
   *
   * @param trouble what went wrong, for people; empty unless it failed or was throttled
   */
  void end(Turn turn, Outcome outcome, String trouble) {
    Member member = members.get(turn.endpoint());
    boolean wasOut;
    boolean isOut;
    lock.lock();
    try {
      wasOut = member.out;
      if (outcome == Outcome.THROTTLED) {
        member.limit.endThrottled(turn.number());
      } else {
        member.limit.end();
      }
      if (member.probe == turn.number()) {
        member.probe = 0;
      }
      // What began before an endpoint went out tells nothing of it since.
      if (!member.out || turn.number() > member.outSince) {
        switch (outcome) {
          case ANSWERED -> succeeded(member);
          case THROTTLED, FAILED -> failed(member, trouble);
          case ABANDONED -> {
            // Nothing was learned.
          }
        }
      }
      isOut = member.out;
      if (wasOut == isOut) {
        // Twice: one place became free, and the limit may have come to another.
        freed.signal();
        freed.signal();
      } else {
        freed.signalAll();
      }
    } finally {
      lock.unlock();
    }
    if (wasOut != isOut && members.size() > 1) {
      changes.changed(member.name, isOut, trouble);
    }
  }

  private static void succeeded(Member member) {
    member.failures = 0;
    member.trouble = "";
    member.out = false;
    member.rests = 0;
  }

  private void failed(Member member, String trouble) {
    member.failures++;
    member.trouble = trouble;
    if (member.failures >= FAILURES) {
      long rest =
          Math.min(
              LONGEST_REST_NANOS, FIRST_REST_NANOS << Math.min(member.rests, Integer.SIZE - 1));
      member.out = true;
      member.restsUntil = clock.getAsLong() + rest;
      member.rests++;
      member.outSince = started;
    }
  }

  /** Returns whether an endpoint is in rotation that the operation has not failed at. */
  boolean hasOther(BitSet tried) {
    lock.lock();
    try {
      for (int i = 0; i < members.size(); i++) {
        if (!members.get(i).out && !tried.get(i)) {
          return true;
        }
      }
      return false;
    } finally {
      lock.unlock();
    }
  }

  /** Returns what each endpoint failed by at last; empty if one of them did not fail at last. */
  String troubles() {
    lock.lock();
    try {
      return members.stream().anyMatch(member -> member.failures == 0)
          ? ""
          : members.stream().map(member -> member.trouble).collect(Collectors.joining("; "));
    } finally {
      lock.unlock();
    }
  }

  /** Returns how many requests an endpoint may have under way now. */
  int limit(int endpoint) {
    lock.lock();
    try {
      return members.get(endpoint).limit.limit();
    } finally {
      lock.unlock();
    }
  }
}
