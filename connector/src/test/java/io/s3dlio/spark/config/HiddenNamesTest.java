package io.s3dlio.spark.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3dlio.storage.HiddenNames;
import org.apache.spark.util.HadoopFSUtils;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HiddenNamesTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        "_a",
        ".a",
        "_k=v",
        ".k=v",
        "a_",
        "a.",
        "_",
        ".",
        "a._COPYING_",
        "_SUCCESS",
        "_s3dlio",
        "_temporary",
        "k=_v",
        "é",
        " _a"
      })
  void aNameIsHiddenWhereSparkHidesIt(String name) {
    boolean hidden = HadoopFSUtils.shouldFilterOutPathName(name);

    assertThat(HiddenNames.hides(name)).isEqualTo(hidden);
    assertThat(HiddenNames.hides("a/" + name)).isEqualTo(hidden);
    assertThat(HiddenNames.hides(name + "/a")).isEqualTo(hidden);
    assertThat(HiddenNames.hides("a/" + name + "/b/c")).isEqualTo(hidden);
  }

  @ParameterizedTest
  @ValueSource(strings = {"_metadata", "_common_metadata", "_metadata/x"})
  void whatSparkListsForParquetAloneIsHidden(String key) {
    assertThat(HiddenNames.hides(key)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a//b", "/a", "a/"})
  void emptyNamesHideNothing(String key) {
    assertThat(HiddenNames.hides(key)).isFalse();
  }
}
