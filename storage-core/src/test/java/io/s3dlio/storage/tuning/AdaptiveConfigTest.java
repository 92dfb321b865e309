package io.s3dlio.storage.tuning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.OptionalInt;
import java.util.OptionalLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class AdaptiveConfigTest {
  private static final int MIB = 1 << 20;
  private static final OptionalInt UNSET = OptionalInt.empty();

  @Test
  void isDisabledUnlessAskedFor() {
    AdaptiveConfig config = AdaptiveConfig.DISABLED;
    SizeSummary large = SizeSummary.ofEach(1L << 30);

    assertThat(config.isEnabled()).isFalse();
    assertThat(config.partSize(UNSET, 8 * MIB, large))
        .isEqualTo(new Setting<>(8 * MIB, Origin.DEFAULT));
    assertThat(config.maxConcurrency(UNSET, 16, large))
        .isEqualTo(new Setting<>(16, Origin.DEFAULT));
    assertThat(config.uploadBuffer(UNSET, 7, large)).isEqualTo(new Setting<>(7, Origin.DEFAULT));
    assertThat(config.downloadBuffer(UNSET, 7, large)).isEqualTo(new Setting<>(7, Origin.DEFAULT));
    assertThat(config.batchBytes(OptionalLong.empty(), 9, large))
        .isEqualTo(new Setting<>(9L, Origin.DEFAULT));
  }

  @Test
  void whatIsExplicitBeatsAnOverrideAndThatWhatTheWorkloadGives() {
    AdaptiveConfig adaptive = AdaptiveConfig.ENABLED.withWorkloadType(WorkloadType.LARGE_FILE);
    AdaptiveConfig overridden = adaptive.withMaxConcurrencyOverride(3);

    assertThat(overridden.maxConcurrency(OptionalInt.of(200), 16, SizeSummary.UNKNOWN))
        .isEqualTo(new Setting<>(200, Origin.EXPLICIT));
    assertThat(overridden.maxConcurrency(UNSET, 16, SizeSummary.UNKNOWN))
        .isEqualTo(new Setting<>(3, Origin.OVERRIDE));
    assertThat(overridden.partSize(UNSET, 8 * MIB, SizeSummary.UNKNOWN))
        .isEqualTo(new Setting<>(32 * MIB, Origin.ADAPTIVE));
    assertThat(adaptive.maxConcurrency(UNSET, 1, SizeSummary.UNKNOWN).origin())
        .isEqualTo(Origin.ADAPTIVE);
  }

  @Test
  void everySettingHasAnOverride() {
    AdaptiveConfig config =
        AdaptiveConfig.ENABLED
            .withPartSizeOverride(1)
            .withMaxConcurrencyOverride(2)
            .withBufferSizeOverride(3)
            .withBatchBytesOverride(4);

    assertThat(config.partSize(UNSET, 9, SizeSummary.UNKNOWN).value()).isEqualTo(1);
    assertThat(config.maxConcurrency(UNSET, 9, SizeSummary.UNKNOWN).value()).isEqualTo(2);
    assertThat(config.uploadBuffer(UNSET, 9, SizeSummary.UNKNOWN).value()).isEqualTo(3);
    assertThat(config.downloadBuffer(UNSET, 9, SizeSummary.UNKNOWN).value()).isEqualTo(3);
    assertThat(config.batchBytes(OptionalLong.empty(), 9, SizeSummary.UNKNOWN))
        .isEqualTo(new Setting<>(4L, Origin.OVERRIDE));
  }

  @Test
  void smallObjectsHaveMoreRequestsAndLargeOnesLargerParts() {
    SizeSummary small = SizeSummary.ofEach(100 << 10);
    SizeSummary medium = SizeSummary.ofEach(8 * MIB);
    SizeSummary large = SizeSummary.ofEach(1L << 30);

    assertThat(concurrency(small)).isGreaterThan(concurrency(medium));
    assertThat(concurrency(medium)).isGreaterThan(concurrency(large));
    assertThat(partSize(small)).isLessThan(partSize(medium));
    assertThat(partSize(medium)).isLessThan(partSize(large));
    assertThat(AdaptiveConfig.ENABLED.uploadBuffer(UNSET, 1, small).value())
        .isLessThan(AdaptiveConfig.ENABLED.uploadBuffer(UNSET, 1, large).value());
    assertThat(AdaptiveConfig.ENABLED.downloadBuffer(UNSET, 1, small).value())
        .isLessThan(AdaptiveConfig.ENABLED.downloadBuffer(UNSET, 1, large).value());
    assertThat(AdaptiveConfig.ENABLED.batchBytes(OptionalLong.empty(), 1, small).value())
        .isLessThan(AdaptiveConfig.ENABLED.batchBytes(OptionalLong.empty(), 1, medium).value());
  }

  @Test
  void aTypeThatIsGivenIsNotFoundFromTheSizes() {
    AdaptiveConfig batch = AdaptiveConfig.ENABLED.withWorkloadType(WorkloadType.BATCH);

    assertThat(batch.maxConcurrency(UNSET, 1, SizeSummary.ofEach(1L << 30)).value()).isEqualTo(128);
    assertThat(
            batch
                .withConcurrencyBounds(8, 40)
                .maxConcurrency(UNSET, 1, SizeSummary.UNKNOWN)
                .value())
        .isEqualTo(40);
  }

  /** A million thumbnails and ten archives: many requests, and large parts. */
  @Test
  void requestsFollowTheTypicalObjectAndPartsTheTypicalByte() {
    SizeSummary.Builder sizes = new SizeSummary.Builder();
    for (int i = 0; i < 1_000_000; i++) {
      sizes.add(10_000);
    }
    for (int i = 0; i < 10; i++) {
      sizes.add(10L << 30);
    }
    SizeSummary mixed = sizes.build();

    assertThat(mixed.typicalObject()).hasValue(10_000);
    assertThat(mixed.typicalByte()).hasValue(10L << 30);
    assertThat(concurrency(mixed)).isEqualTo(concurrency(SizeSummary.ofEach(10_000)));
    assertThat(partSize(mixed)).isEqualTo(partSize(SizeSummary.ofEach(10L << 30)));
  }

  @Property
  void whatIsChosenStaysWithinTheBounds(
      @ForAll WorkloadType type, @ForAll @Size(max = 20) @LongRange(max = 1L << 50) long[] sizes) {
    SizeSummary summary = SizeSummary.of(nonNegative(sizes));
    AdaptiveConfig config =
        AdaptiveConfig.ENABLED
            .withWorkloadType(type)
            .withPartSizeBounds(9 * MIB, 10 * MIB)
            .withConcurrencyBounds(20, 24);

    assertThat(config.partSize(UNSET, 1, summary).value()).isBetween(9 * MIB, 10 * MIB);
    assertThat(config.maxConcurrency(UNSET, 1, summary).value()).isBetween(20, 24);
    assertThat(config.batchBytes(OptionalLong.empty(), 1, summary).value())
        .isBetween(4L * MIB, 64L * MIB);
  }

  private static long[] nonNegative(long[] sizes) {
    return Arrays.stream(sizes).map(size -> size & Long.MAX_VALUE >>> 13).toArray();
  }

  @Test
  void noObjectsAreNothingKnown() {
    assertThat(SizeSummary.of()).isEqualTo(SizeSummary.UNKNOWN);
    assertThat(SizeSummary.of(0, 0).typicalObject()).hasValue(0);
    assertThat(SizeSummary.of(0, 0).typicalByte()).hasValue(0);
  }

  @Test
  void whatMeansNothingIsRefused() {
    assertThatThrownBy(() -> AdaptiveConfig.DISABLED.withMaxConcurrencyOverride(32))
        .hasMessageContaining("disabled")
        .hasMessageContaining("AdaptiveConfig.ENABLED");
    assertThatThrownBy(() -> AdaptiveConfig.DISABLED.withWorkloadType(WorkloadType.BATCH))
        .hasMessageContaining("disabled");
    assertThatThrownBy(() -> AdaptiveConfig.ENABLED.withPartSizeOverride(0))
        .hasMessage("Invalid override of partSize: 0 (must be > 0)");
    assertThatThrownBy(() -> AdaptiveConfig.ENABLED.withPartSizeBounds(1, 9 * MIB))
        .hasMessageContaining("Invalid bounds of the part size");
    assertThatThrownBy(() -> AdaptiveConfig.ENABLED.withConcurrencyBounds(64, 32))
        .hasMessageContaining("Invalid bounds of the concurrency: 64 to 32");
    assertThatThrownBy(() -> AdaptiveConfig.ENABLED.withConcurrencyBounds(8, 129))
        .hasMessageContaining("within 8 to 128");
    assertThatThrownBy(() -> SizeSummary.of(-1)).hasMessageContaining("-1");
  }

  private static int concurrency(SizeSummary sizes) {
    return AdaptiveConfig.ENABLED.maxConcurrency(UNSET, 1, sizes).value();
  }

  private static int partSize(SizeSummary sizes) {
    return AdaptiveConfig.ENABLED.partSize(UNSET, 1, sizes).value();
  }
}
