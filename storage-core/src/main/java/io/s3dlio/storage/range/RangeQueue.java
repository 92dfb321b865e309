package io.s3dlio.storage.range;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.ReadRequest;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The ranges that a batch has still to start, in the order of its requests, with no more of one
 * object in flight than is allowed. Cuts requests as their turn comes. Not thread-safe.
 */
final class RangeQueue {
  private final RangeEngineConfig config;

  private final List<Group> groups = new ArrayList<>();

  /** The groups from which a range may start now. */
  private final Deque<Group> ready = new ArrayDeque<>();

  /**
   * @param maxConcurrency how many ranges are in flight at most, over all objects
   */
  RangeQueue(List<ReadRequest> requests, RangeEngineConfig config, int maxConcurrency) {
    this.config = config;
    if (maxConcurrency <= config.maxConcurrentRanges()) {
      addGroup(requests, maxConcurrency);
    } else {
      Map<Location, List<ReadRequest>> byObject = new LinkedHashMap<>();
      for (ReadRequest request : requests) {
        byObject.computeIfAbsent(request.location(), key -> new ArrayList<>()).add(request);
      }
      byObject.values().forEach(group -> addGroup(group, config.maxConcurrentRanges()));
    }
    groups.stream().filter(Group::mayStart).forEach(ready::add);
  }

  private void addGroup(List<ReadRequest> requests, int limit) {
    groups.add(new Group(requests.iterator(), limit));
  }

  /** Returns whether {@link #poll} would return a range. */
  boolean hasNext() {
    return !ready.isEmpty();
  }

  /** Removes the next range that may start; it is in flight then. */
  @Nullable RangeTask poll() {
    Group group = ready.peekFirst();
    if (group == null) {
      return null;
    }
    RangeTask task = group.next(config);
    group.inFlight++;
    if (!group.mayStart()) {
      ready.removeFirst();
    }
    return task;
  }

  /** Ends a range's flight, for now if it {@linkplain #retry comes again}. */
  void landed(RangeTask task) {
    Group group = task.group();
    boolean wasReady = group.mayStart();
    group.inFlight--;
    if (!wasReady && group.mayStart()) {
      ready.addFirst(group);
    }
  }

  /** Puts a range that has landed before all others of its group. */
  void retry(RangeTask task) {
    Group group = task.group();
    boolean wasReady = group.mayStart();
    group.again.addLast(task);
    if (!wasReady && group.mayStart()) {
      ready.addFirst(group);
    }
  }

  /** Returns whether every range has been started, as far as none comes again. */
  boolean isEmpty() {
    return groups.stream().noneMatch(Group::hasMore);
  }

  /** Forgets what was not started. */
  void clear() {
    ready.clear();
    groups.clear();
  }

  /** Requests that share a limit of ranges in flight. */
  static final class Group {
    private final Iterator<ReadRequest> requests;
    private final int limit;
    private final Deque<RangeTask> again = new ArrayDeque<>();
    private @Nullable Split split;
    private int inFlight;

    private Group(Iterator<ReadRequest> requests, int limit) {
      this.requests = requests;
      this.limit = limit;
    }

    private boolean mayStart() {
      return inFlight < limit && hasMore();
    }

    private boolean hasMore() {
      return !again.isEmpty() || split != null || requests.hasNext();
    }

    private RangeTask next(RangeEngineConfig config) {
      RangeTask repeated = again.pollFirst();
      if (repeated != null) {
        return repeated;
      }
      if (split == null) {
        ReadRequest request = requests.next();
        List<Range> ranges =
            RangePlanner.plan(request.offset(), request.target().remaining(), config);
        if (ranges.size() == 1) {
          return new RangeTask(request, this, null);
        }
        split = new Split(request, ranges);
      }
      Split current = split;
      RangeTask task = new RangeTask(current.next(), this, current);
      if (!current.hasNext()) {
        split = null;
      }
      return task;
    }
  }

  /** A request that is read as several ranges. */
  static final class Split {
    private final ReadRequest request;
    private final List<Range> ranges;
    private int started;
    private int finished;

    private Split(ReadRequest request, List<Range> ranges) {
      this.request = request;
      this.ranges = ranges;
    }

    private boolean hasNext() {
      return started < ranges.size();
    }

    private ReadRequest next() {
      Range range = ranges.get(started++);
      ByteBuffer target = request.target();
      int index = target.position() + Math.toIntExact(range.offset() - request.offset());
      ByteBuffer part = target.slice(index, Math.toIntExact(range.length()));
      return new ReadRequest(request.location(), request.etag(), range.offset(), part);
    }

    /** Counts a range that is full; the last one leaves the request's target full. */
    void finish() {
      if (++finished == ranges.size()) {
        request.target().position(request.target().limit());
      }
    }
  }
}
