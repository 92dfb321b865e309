package io.s3dlio.storage.tuning;

import static java.util.Objects.requireNonNull;

import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Settings that follow the workload where nobody made them: {@link #DISABLED} unless asked for.
 *
 * <p>What somebody set explicitly wins over an override of this configuration, an override over
 * what the workload gives, and that over the default of whoever reads or writes. What the workload
 * gives stays within the bounds; what somebody chose is taken as it is.
 *
 * <pre>
 *                 part size   concurrency          buffer (upload / download)
 *   SMALL_FILE    8 MiB       8 a core, from 64    256 KiB / 256 KiB
 *   MEDIUM_FILE   16 MiB      4 a core, from 32    1 MiB / 2 MiB
 *   LARGE_FILE    32 MiB      2 a core, from 16    2 MiB / 4 MiB
 *   BATCH         16 MiB      the upper bound      1 MiB / 2 MiB
 * </pre>
 *
 * <p>{@link WorkloadType#UNKNOWN} takes the concurrency of the class that the typical object is of,
 * and the part size and buffer of the one that the typical byte is in ({@link SizeSummary}); where
 * no size is known, those of {@code MEDIUM_FILE}. A batch has as many bytes as the concurrency
 * keeps under way, from 4 MiB to 64 MiB.
 *
 * @param mode whether any of this is done
 * @param workloadType what is read or written
 * @param overrides what is taken in place of what the workload gives, exactly as it is
 * @param bounds what the workload gives stays within these
 */
public record AdaptiveConfig(
    AdaptiveMode mode, WorkloadType workloadType, Overrides overrides, Bounds bounds) {
  private static final int MIB = 1 << 20;
  private static final long MIN_BATCH_BYTES = 4L * MIB;
  private static final long MAX_BATCH_BYTES = 64L * MIB;

  /** Nothing follows the workload. */
  public static final AdaptiveConfig DISABLED =
      new AdaptiveConfig(
          AdaptiveMode.DISABLED, WorkloadType.UNKNOWN, Overrides.NONE, Bounds.WIDEST);

  /** What nobody sets follows the real sizes. */
  public static final AdaptiveConfig ENABLED =
      new AdaptiveConfig(AdaptiveMode.ENABLED, WorkloadType.UNKNOWN, Overrides.NONE, Bounds.WIDEST);

  public AdaptiveConfig {
    requireNonNull(mode, "mode is null");
    requireNonNull(workloadType, "workloadType is null");
    requireNonNull(overrides, "overrides is null");
    requireNonNull(bounds, "bounds is null");
    boolean asksForNothing =
        workloadType == WorkloadType.UNKNOWN
            && overrides.equals(Overrides.NONE)
            && bounds.equals(Bounds.WIDEST);
    if (mode == AdaptiveMode.DISABLED && !asksForNothing) {
      throw new IllegalArgumentException(
          "Invalid adaptive configuration: workload type, overrides and bounds mean nothing while it"
              + " is disabled (begin with AdaptiveConfig.ENABLED)");
    }
  }

  /** Returns whether settings follow the workload. */
  public boolean isEnabled() {
    return mode == AdaptiveMode.ENABLED;
  }

  public AdaptiveConfig withWorkloadType(WorkloadType type) {
    return new AdaptiveConfig(mode, type, overrides, bounds);
  }

  /** Names the bytes of a part or range. */
  public AdaptiveConfig withPartSizeOverride(int bytes) {
    return withOverrides(
        new Overrides(
            OptionalInt.of(bytes),
            overrides.maxConcurrency,
            overrides.bufferSize,
            overrides.batchBytes));
  }

  /** Names how many requests are under way. */
  public AdaptiveConfig withMaxConcurrencyOverride(int requests) {
    return withOverrides(
        new Overrides(
            overrides.partSize,
            OptionalInt.of(requests),
            overrides.bufferSize,
            overrides.batchBytes));
  }

  /** Names the bytes of a buffer, for reading and for writing. */
  public AdaptiveConfig withBufferSizeOverride(int bytes) {
    return withOverrides(
        new Overrides(
            overrides.partSize,
            overrides.maxConcurrency,
            OptionalInt.of(bytes),
            overrides.batchBytes));
  }

  /** Names the bytes of a batch. */
  public AdaptiveConfig withBatchBytesOverride(long bytes) {
    return withOverrides(
        new Overrides(
            overrides.partSize,
            overrides.maxConcurrency,
            overrides.bufferSize,
            OptionalLong.of(bytes)));
  }

  private AdaptiveConfig withOverrides(Overrides changed) {
    return new AdaptiveConfig(mode, workloadType, changed, bounds);
  }

  /** Bounds the part sizes that are chosen, in bytes. */
  public AdaptiveConfig withPartSizeBounds(int least, int most) {
    return new AdaptiveConfig(
        mode,
        workloadType,
        overrides,
        new Bounds(least, most, bounds.minConcurrency, bounds.maxConcurrency));
  }

  /** Bounds how many requests are under way. */
  public AdaptiveConfig withConcurrencyBounds(int least, int most) {
    return new AdaptiveConfig(
        mode,
        workloadType,
        overrides,
        new Bounds(bounds.minPartSize, bounds.maxPartSize, least, most));
  }

  /**
   * Returns how large parts or ranges are.
   *
   * @param explicit what somebody set
   * @param fallback the default where this is disabled
   * @param sizes of the objects, as far as they are known
   */
  public Setting<Integer> partSize(OptionalInt explicit, int fallback, SizeSummary sizes) {
    return choose(explicit, overrides.partSize, adaptivePartSize(sizes), fallback);
  }

  /** Returns how many requests are under way at most; parameters as of {@link #partSize}. */
  public Setting<Integer> maxConcurrency(OptionalInt explicit, int fallback, SizeSummary sizes) {
    return choose(explicit, overrides.maxConcurrency, adaptiveConcurrency(sizes), fallback);
  }

  /** Returns how large a buffer for writing is; parameters as of {@link #partSize}. */
  public Setting<Integer> uploadBuffer(OptionalInt explicit, int fallback, SizeSummary sizes) {
    int bytes =
        switch (typeOfBytes(sizes)) {
          case SMALL_FILE -> MIB / 4;
          case LARGE_FILE -> 2 * MIB;
          case MEDIUM_FILE, BATCH, UNKNOWN -> MIB;
        };
    return choose(explicit, overrides.bufferSize, bytes, fallback);
  }

  /** Returns how large a buffer for reading is; parameters as of {@link #partSize}. */
  public Setting<Integer> downloadBuffer(OptionalInt explicit, int fallback, SizeSummary sizes) {
    int bytes =
        switch (typeOfBytes(sizes)) {
          case SMALL_FILE -> MIB / 4;
          case LARGE_FILE -> 4 * MIB;
          case MEDIUM_FILE, BATCH, UNKNOWN -> 2 * MIB;
        };
    return choose(explicit, overrides.bufferSize, bytes, fallback);
  }

  /** Returns how many bytes a batch has, about; parameters as of {@link #partSize}. */
  public Setting<Long> batchBytes(OptionalLong explicit, long fallback, SizeSummary sizes) {
    if (explicit.isPresent()) {
      return new Setting<>(explicit.getAsLong(), Origin.EXPLICIT);
    }
    if (overrides.batchBytes.isPresent()) {
      return new Setting<>(overrides.batchBytes.getAsLong(), Origin.OVERRIDE);
    }
    return isEnabled()
        ? new Setting<>(adaptiveBatchBytes(sizes), Origin.ADAPTIVE)
        : new Setting<>(fallback, Origin.DEFAULT);
  }

  private Setting<Integer> choose(
      OptionalInt explicit, OptionalInt override, int adaptive, int fallback) {
    if (explicit.isPresent()) {
      return new Setting<>(explicit.getAsInt(), Origin.EXPLICIT);
    }
    if (override.isPresent()) {
      return new Setting<>(override.getAsInt(), Origin.OVERRIDE);
    }
    return isEnabled()
        ? new Setting<>(adaptive, Origin.ADAPTIVE)
        : new Setting<>(fallback, Origin.DEFAULT);
  }

  private int adaptivePartSize(SizeSummary sizes) {
    int bytes =
        switch (typeOfBytes(sizes)) {
          case SMALL_FILE -> 8 * MIB;
          case LARGE_FILE -> 32 * MIB;
          case MEDIUM_FILE, BATCH, UNKNOWN -> 16 * MIB;
        };
    return clamp(bytes, bounds.minPartSize, bounds.maxPartSize);
  }

  /** Requests wait for the network more than for a core: few cores are no reason for few. */
  private int adaptiveConcurrency(SizeSummary sizes) {
    int cores = Runtime.getRuntime().availableProcessors();
    int requests =
        switch (typeOfObjects(sizes)) {
          case SMALL_FILE -> Math.max(64, 8 * cores);
          case LARGE_FILE -> Math.max(16, 2 * cores);
          case BATCH -> bounds.maxConcurrency;
          case MEDIUM_FILE, UNKNOWN -> Math.max(32, 4 * cores);
        };
    return clamp(requests, bounds.minConcurrency, bounds.maxConcurrency);
  }

  private long adaptiveBatchBytes(SizeSummary sizes) {
    long object =
        sizes
            .typicalObject()
            .orElseGet(
                () ->
                    switch (workloadType) {
                      case SMALL_FILE -> MIB / 4;
                      case LARGE_FILE -> 128L * MIB;
                      case MEDIUM_FILE, UNKNOWN -> 8L * MIB;
                      case BATCH -> MIB;
                    });
    long request = Math.min(object, adaptivePartSize(sizes));
    return Math.max(
        MIN_BATCH_BYTES, Math.min(MAX_BATCH_BYTES, request * adaptiveConcurrency(sizes)));
  }

  private WorkloadType typeOfObjects(SizeSummary sizes) {
    return type(sizes.typicalObject());
  }

  private WorkloadType typeOfBytes(SizeSummary sizes) {
    return type(sizes.typicalByte());
  }

  private WorkloadType type(OptionalLong size) {
    return workloadType != WorkloadType.UNKNOWN || size.isEmpty()
        ? workloadType
        : WorkloadType.of(size.getAsLong());
  }

  private static int clamp(int value, int least, int most) {
    return Math.max(least, Math.min(most, value));
  }

  /**
   * What is taken in place of what the workload gives; empty for nothing.
   *
   * @param partSize bytes of a part or range
   * @param maxConcurrency requests under way
   * @param bufferSize bytes of a buffer, for reading and for writing
   * @param batchBytes bytes of a batch
   */
  public record Overrides(
      OptionalInt partSize,
      OptionalInt maxConcurrency,
      OptionalInt bufferSize,
      OptionalLong batchBytes) {
    public static final Overrides NONE =
        new Overrides(
            OptionalInt.empty(), OptionalInt.empty(), OptionalInt.empty(), OptionalLong.empty());

    public Overrides {
      requirePositive("partSize", partSize.orElse(1));
      requirePositive("maxConcurrency", maxConcurrency.orElse(1));
      requirePositive("bufferSize", bufferSize.orElse(1));
      requirePositive("batchBytes", batchBytes.orElse(1));
    }

    private static void requirePositive(String name, long value) {
      if (value <= 0) {
        throw new IllegalArgumentException(
            "Invalid override of %s: %d (must be > 0)".formatted(name, value));
      }
    }
  }

  /**
   * What the workload gives stays within these, both included.
   *
   * @param minPartSize bytes; 5 MiB at least, which S3 demands
   * @param maxPartSize bytes; 64 MiB at most
   * @param minConcurrency requests; 8 at least
   * @param maxConcurrency requests; 128 at most
   */
  public record Bounds(int minPartSize, int maxPartSize, int minConcurrency, int maxConcurrency) {
    /** 5 MiB to 64 MiB a part, 8 to 128 requests. */
    public static final Bounds WIDEST = new Bounds(5 * MIB, 64 * MIB, 8, 128);

    public Bounds {
      require("part size", minPartSize, maxPartSize, 5 * MIB, 64 * MIB);
      require("concurrency", minConcurrency, maxConcurrency, 8, 128);
    }

    private static void require(String name, int least, int most, int lowest, int highest) {
      if (least < lowest || most > highest || least > most) {
        throw new IllegalArgumentException(
            "Invalid bounds of the %s: %d to %d (must be in order, within %d to %d)"
                .formatted(name, least, most, lowest, highest));
      }
    }
  }
}
