package io.s3dlio.storage.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.manifest.Manifest.Shard;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestTest {
  private static final String SHARD = "_s3dlio/job-1/part-00000-7.csv.gz";

  @Test
  void shardNamesTellJobPartitionAndTask() {
    assertThat(Manifests.shardName("job-1", 0, 7)).isEqualTo(SHARD);
    assertThat(Manifests.shardName("A", 123_456, Long.MAX_VALUE))
        .isEqualTo("_s3dlio/A/part-123456-9223372036854775807.csv.gz");
    assertThatThrownBy(() -> Manifests.shardName("job-1", -1, 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Manifests.shardName("job-1", 0, -1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a b",
        "a/b",
        "..",
        "a.b",
        "jöb",
        "a\n",
        "12345678901234567890123456789012" + "345678901234567890123456789012345"
      })
  void jobIdsAreLettersDigitsAndHyphens(String jobId) {
    assertThatThrownBy(() -> Manifests.shardName(jobId, 0, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("Invalid jobId: '");
    assertThatThrownBy(() -> manifest(1, jobId, 0, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("Invalid jobId: '");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "part-0.csv.gz",
        "../_s3dlio/job-1/x",
        "_s3dlio/x",
        "_s3dlio/../x",
        "_s3dlio/job-1/../../x",
        "_s3dlio/job-1/..",
        "_s3dlio/job-1/a/b",
        "/_s3dlio/job-1/x",
        "_s3dlio//x",
        "_s3dlio/job-1/",
        "_s3dlio/job-1/x\n",
        "_s3dlio/job-1/x\\y",
        "file:///etc/passwd"
      })
  void shardsLieInTheFolderOfAJob(String name) {
    assertThatThrownBy(() -> new Shard(name, 0, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("Invalid shard: '");
  }

  @Test
  void aManifestHasTheShardsOfItsOwnJob() {
    assertThatThrownBy(() -> manifest(1, "job-2", 3, 30, new Shard(SHARD, 3, 30)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(SHARD);
  }

  @Test
  void theSumsAreThoseOfTheShards() {
    Shard one = new Shard(SHARD, 3, 30);
    Shard other = new Shard(SHARD + "2", 4, 50);
    assertThat(manifest(1, "job-1", 7, 80, one, other).count()).isEqualTo(7);
    assertThatThrownBy(() -> manifest(1, "job-1", 6, 80, one, other))
        .hasMessage("Invalid count: 6 (the shards have 7)");
    assertThatThrownBy(() -> manifest(1, "job-1", 7, 81, one, other))
        .hasMessage("Invalid bytes: 81 (the shards have 80)");
    Shard huge = new Shard(SHARD, 1, Long.MAX_VALUE);
    assertThatThrownBy(() -> manifest(1, "job-1", 2, -2, huge, huge))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("Invalid bytes: ");
  }

  @Test
  void negativeNumbersAndOtherVersionsAreRefused() {
    assertThatThrownBy(() -> new Shard(SHARD, -1, 0)).hasMessageStartingWith("Invalid count: -1");
    assertThatThrownBy(() -> new Shard(SHARD, 0, -1)).hasMessageStartingWith("Invalid bytes: -1");
    assertThatThrownBy(() -> manifest(2, "job-1", 0, 0))
        .hasMessage("Invalid formatVersion: 2 (this release knows 1)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/a", "a/", "a//b", "..", "a/../b", "./a", "a/.."})
  void entriesNameKeysBelowThePrefix(String name) {
    assertThatThrownBy(() -> ManifestEntry.content(name, 0, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("Invalid name: '");
  }

  @Test
  void entriesAreEitherGeneratedOrContent() {
    assertThat(new ManifestEntry("a", 1, 2, 0, "random").isGenerated()).isTrue();
    assertThat(ManifestEntry.content("a", 1, 2).isGenerated()).isFalse();
    assertThatThrownBy(() -> new ManifestEntry("a", 1, 2, 0, ""))
        .hasMessageStartingWith("Invalid objectType: ''");
    assertThatThrownBy(() -> new ManifestEntry("a", 1, 2, -1, "random"))
        .hasMessageStartingWith("Invalid objectType: 'random'");
    assertThatThrownBy(() -> new ManifestEntry("a", 1, 2, -2, ""))
        .hasMessageStartingWith("Invalid index: -2");
    assertThatThrownBy(() -> new ManifestEntry("a", -1, 2, 0, "random"))
        .hasMessageStartingWith("Invalid size: -1");
  }

  private static Manifest manifest(
      int version, String jobId, long count, long bytes, Shard... shards) {
    return new Manifest(version, jobId, Instant.EPOCH, 0, Map.of(), count, bytes, List.of(shards));
  }
}
