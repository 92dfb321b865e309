package io.s3dlio.spark.write;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NameSetTest {
  @Test
  void holdsExactlyWhatWasAdded() {
    NameSet names = new NameSet(100_000);
    for (int i = 0; i < 100_000; i++) {
      assertThat(names.add("name" + i)).isTrue();
    }

    for (int i = 0; i < 100_000; i++) {
      assertThat(names.contains("name" + i)).isTrue();
      assertThat(names.contains("other" + i)).isFalse();
    }
    assertThat(names.add("name77777")).isFalse();
  }

  @Test
  void worksForNoneAndForOne() {
    assertThat(new NameSet(0).contains("a")).isFalse();
    NameSet one = new NameSet(1);
    assertThat(one.add("a")).isTrue();
    assertThat(one.add("a")).isFalse();
    assertThat(one.contains("b")).isFalse();
  }
}
